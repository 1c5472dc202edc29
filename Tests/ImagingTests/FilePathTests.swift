import Testing

@testable import Imaging

/// POSIX's basename and dirname are the judge (IEEE Std 1003.1), but that a path without a folder has the empty one.
struct FilePathTests {
    @Test(arguments: [
        ("a/b/c.nii", "c.nii", "a/b", "nii", "a/b/c"), ("c.nii.gz", "c.nii.gz", "", "gz", "c.nii"),
        ("k", "k", "", "", "k"), ("/k", "k", "/", "", "/k"), ("a/.hidden", ".hidden", "a", "", "a/.hidden"),
        ("a.b/c", "c", "a.b", "", "a.b/c"), ("dir/", "dir", "", "", "dir/"), ("", "", "", "", ""),
        ("/", "/", "/", "", "/"), ("x.", "x.", "", "", "x."),
    ])
    func parts(path: String, name: String, folder: String, ending: String, stem: String) {
        #expect(FilePath.name(path) == name)
        #expect(FilePath.folder(path) == folder)
        #expect(FilePath.ending(path) == ending)
        #expect(FilePath.withoutEnding(path) == stem)
    }
}

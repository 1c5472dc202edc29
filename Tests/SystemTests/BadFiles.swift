import Foundation
import TestSupport

/// Image and label files with one thing wrong, made by hand or from good ones by changing bytes.
enum BadFiles {
    static func make(in folder: ScratchFolder) throws {
        try makeNIfTI(folder)
        try makeTexts(folder)
        try makeLabels(folder)
    }

    /// `bytes` with `value` at `offset`, little endian.
    private static func put<T>(_ value: T, at offset: Int, in bytes: Data) -> Data {
        var changed = bytes
        withUnsafeBytes(of: value) { changed.replaceSubrange(offset..<(offset + $0.count), with: $0) }
        return changed
    }

    /// Offsets after nifti1.h.
    private static func makeNIfTI(_ folder: ScratchFolder) throws {
        let good = try Data(contentsOf: folder["ct.nii"])
        let packed = try Data(contentsOf: folder["ct.nii.gz"])
        var files: [String: Data] = [
            "header-cut.nii": good.prefix(100), "magic.nii": put(UInt8(0x78), at: 344, in: good),
            "pair.nii": put(UInt8(0x69), at: 345, in: good), "dimensions.nii": put(Int16(0), at: 40, in: good),
            "negative.nii": put(Int16(-3), at: 42, in: good),
            "volumes.nii": put(Int16(2), at: 48, in: put(Int16(4), at: 40, in: good)),
            "colours.nii": put(Int16(128), at: 70, in: good), "sheared.nii": put(Float(1.5), at: 284, in: good),
            "flat.nii": put(Float(0), at: 280, in: put(Float(0), at: 296, in: put(Float(0), at: 312, in: good))),
            "offset.nii": put(Float(1e30), at: 108, in: good), "nowhere.nii": put(Int32(0), at: 252, in: good),
            "mirrored.nii": put(Float(1), at: 76, in: put(Float(3), at: 280, in: good)),
            "quaternion.nii": put(Float(7), at: 256, in: put(Int16(0), at: 254, in: good)),
            "letters.nii": Data("A letter.\n".utf8),
            "flipped.nii.gz": put(~packed[packed.count - 6], at: packed.count - 6, in: packed),
            "checksum.nii.gz": packed.dropLast(4),
        ]
        var large = good
        for axis in 0..<3 { large = put(Int16(32767), at: 42 + 2 * axis, in: large) }
        files["large.nii"] = large
        for (name, data) in files { try data.write(to: folder[name]) }
    }

    private static let nrrd = """
        NRRD0004
        type: short
        dimension: 3
        space: left-posterior-superior
        sizes: 2 2 2
        space directions: (1,0,0) (0,1,0) (0,0,2)
        endian: little
        encoding: ascii
        space origin: (0,0,0)

        -900 -10 20 30
        40 1200 60 70
        """
    private static let mha = """
        ObjectType = Image
        NDims = 3
        BinaryData = False
        TransformMatrix = 1 0 0 0 1 0 0 0 1
        Offset = 0 0 0
        ElementSpacing = 1 1 2
        DimSize = 2 2 2
        ElementType = MET_SHORT
        ElementDataFile = LOCAL
        -900 -10 20 30
        40 1200 60 70
        """

    private static func makeTexts(_ folder: ScratchFolder) throws {
        let changes: [(String, String, String)] = [
            ("magic.nrrd", "NRRD0004", "NRRX0004"), ("type.nrrd", "type: short", "type: block"),
            ("bzip2.nrrd", "encoding: ascii", "encoding: bzip2"),
            ("space.nrrd", "left-posterior-superior", "scanner-xyz"),
            ("units.nrrd", "endian: little", "endian: little\nspace units: \"cm\" \"cm\" \"cm\""),
            ("detached.nhdr", "endian: little", "endian: little\ndata file: nothing.raw"),
            ("list.nhdr", "endian: little", "endian: little\ndata file: LIST"),
            ("few.nrrd", "40 1200 60 70", ""), ("four.nrrd", "dimension: 3", "dimension: 4"),
            ("endian.nrrd", "endian: little\nencoding: ascii", "encoding: raw"), ("letter.nrrd", "1200", "12x0"),
            ("sizes.nrrd", "sizes: 2 2 2", "sizes: 2 -2 2"), ("unplaced.nrrd", "space: left-posterior-superior\n", ""),
            ("beyond.nrrd", "1200", "99999"),
        ]
        for (name, old, new) in changes { try folder.write(nrrd.replacing(old, with: new), to: name) }
        let others: [(String, String, String)] = [
            ("list.mha", "LOCAL", "LIST"), ("slope.mha", "NDims = 3", "NDims = 3\nElementToIntensityFunctionSlope = 2"),
            ("scaled.mha", "1 0 0 0 1 0 0 0 1", "2 0 0 0 1 0 0 0 1"),
            ("channels.mha", "NDims = 3", "NDims = 3\nElementNumberOfChannels = 3"),
            ("flat.mha", "NDims = 3", "NDims = 2"), ("object.mha", "= Image", "= Mesh"),
            ("zero.mha", "DimSize = 2 2 2", "DimSize = 2 0 2"),
            ("packed.mha", "BinaryData = False", "BinaryData = True\nCompressedData = True"),
            ("type.mha", "MET_SHORT", "MET_SHORT_ARRAY"),
            ("spacing.mha", "1 1 2", "1 -1 2"),
        ]
        for (name, old, new) in others { try folder.write(mha.replacing(old, with: new), to: name) }
    }

    /// A label map of 2×2×2 voxels as NRRD.
    private static func labels(_ numbers: String) -> String {
        nrrd.replacing("-900 -10 20 30\n40 1200 60 70", with: numbers).replacing("(0,0,2)", with: "(0,0,30)")
    }

    private static func makeLabels(_ folder: ScratchFolder) throws {
        try folder.write(labels("0 0 0 0 0 0 0 0"), to: "none.nrrd")
        try folder.write(labels("27 27 27 27 27 27 27 27"), to: "one.nrrd")
        try folder.write(labels("201 201 0 0 202 202 0 0"), to: "unknown.nrrd")
        for name in ["L3", "L4"] { try folder.write(labels("1 1 1 1 0 0 0 0"), to: "overlap/vertebrae_\(name).nrrd") }
        try folder.write(labels("1 1 0 0 0 0 0 0"), to: "unnamed/mask-1.nrrd")
        try folder.write(labels("1 2 0 0 0 0 0 0"), to: "many/vertebrae_L3.nrrd")
        try folder.mustRun("segment", "ct", "--out", "seg.dcm")
        let bytes = try Data(contentsOf: folder["seg.dcm"])
        try bytes.prefix(bytes.count / 2).write(to: folder["half.dcm"])
        try folder.write("cp \"$1\" \"$3\"\n", to: "copy.sh")
        try folder.mustRun("convert", "labels.nii.gz", "--as-labels", "--out", "labels.nii")
        var crumbs = try Data(contentsOf: folder["labels.nii"])
        for voxel in 352..<crumbs.count where voxel % 41 != 0 { crumbs[voxel] = 0 }
        try crumbs.write(to: folder["crumbs.nii"])
    }
}

extension BadInput {
    private static func inspect(_ file: String, _ what: String, _ words: String..., code: String = "unreadable")
        -> BadInput
    {
        BadInput(what: what, arguments: ["inspect", file], code: code, words: [file] + words)
    }

    private static func segment(_ file: String, _ what: String, _ words: String...) -> BadInput {
        BadInput(
            what: what, arguments: ["segment", file, "--out", "out.nii.gz"], code: "image-not-for-planning",
            words: [file] + words)
    }

    static let niftiFiles: [BadInput] = [
        inspect("header-cut.nii", "NIfTI: the header is cut", "348 bytes are needed, 100 are there", code: "truncated"),
        inspect("letters.nii", "NIfTI: a letter in its place", "format is not known"),
        inspect("magic.nii", "NIfTI: another magic", "magic"),
        inspect("pair.nii", "NIfTI: the header of a pair", "'ni1' is not supported"),
        inspect("dimensions.nii", "NIfTI: no dimension", "dim[0] = '0'"),
        inspect("negative.nii", "NIfTI: a negative size", "size = '-3'"),
        inspect("large.nii", "NIfTI: more voxels than any image", "voxels, more than one image may have"),
        inspect("volumes.nii", "NIfTI: several volumes", "dim", "not supported"),
        inspect("colours.nii", "NIfTI: colours", "datatype '128' is not supported"),
        inspect("offset.nii", "NIfTI: voxels beyond the world's end", "vox_offset"),
        inspect("sheared.nii", "NIfTI: sheared axes", "not perpendicular"),
        inspect("flat.nii", "NIfTI: an axis without length", "geometry is impossible"),
        inspect("quaternion.nii", "NIfTI: an orientation that is no rotation", "quatern"),
        segment("nowhere.nii", "NIfTI: no word of where the patient is", "does not say where the patient is"),
        segment("mirrored.nii", "NIfTI: two forms that mirror one another", "two forms disagree"),
        inspect("flipped.nii.gz", "NIfTI: a flipped bit in compressed voxels", "damaged"),
        inspect("checksum.nii.gz", "NIfTI: compressed, without its last bytes", "checksum", code: "truncated"),
    ]

    static let textFiles: [BadInput] = [
        inspect("magic.nrrd", "NRRD: another first line", "format is not known"),
        inspect("type.nrrd", "NRRD: blocks for voxels", "type 'block' is not supported"),
        inspect("bzip2.nrrd", "NRRD: another compression", "encoding 'bzip2' is not supported"),
        inspect("space.nrrd", "NRRD: the scanner's space", "space 'scanner-xyz' is not supported"),
        inspect("units.nrrd", "NRRD: centimetres", "space units 'cm' is not supported"),
        inspect("detached.nhdr", "NRRD: its data file is not there", "nothing.raw", code: "not-found"),
        inspect("list.nhdr", "NRRD: a list of data files", "data file 'LIST' is not supported"),
        inspect("few.nrrd", "NRRD: half of its voxels", "cut off", code: "truncated"),
        inspect("four.nrrd", "NRRD: four dimensions", "dimension '4' is not supported"),
        inspect("endian.nrrd", "NRRD: no byte order", "endian"),
        inspect("letter.nrrd", "NRRD: a letter in a number", "voxel = '12x0'"),
        inspect("beyond.nrrd", "NRRD: a number that its type cannot hold", "voxel = '99999'"),
        inspect("sizes.nrrd", "NRRD: a negative size", "size = '-2'"),
        segment("unplaced.nrrd", "NRRD: no word of where the patient is", "does not say where the patient is"),
        inspect("list.mha", "MetaImage: a list of files", "ElementDataFile 'LIST' is not supported"),
        inspect("slope.mha", "MetaImage: values on another scale", "ElementToIntensityFunctionSlope"),
        inspect("scaled.mha", "MetaImage: axes that are no unit vectors", "not perpendicular"),
        inspect("channels.mha", "MetaImage: colours", "ElementNumberOfChannels '3' is not supported"),
        inspect("flat.mha", "MetaImage: two dimensions", "NDims '2' is not supported"),
        inspect("object.mha", "MetaImage: no image", "ObjectType 'Mesh' is not supported"),
        inspect("type.mha", "MetaImage: an unknown type", "MET_SHORT_ARRAY"),
        inspect("zero.mha", "MetaImage: no rows", "size = '0'"),
        inspect("spacing.mha", "MetaImage: a negative spacing", "ElementSpacing"),
        inspect("packed.mha", "MetaImage: text where compressed voxels should be", "damaged"),
        inspect("texts/letter.txt", "a letter", "format is not known"),
        inspect("/dev/null", "a device in place of a file", "neither a file nor a folder"),
    ]

    private static func labels(_ what: String, _ file: String, code: String, _ words: String...) -> BadInput {
        BadInput(
            what: what, arguments: ["convert", file, "--as-labels", "--out", "out.nii.gz"], code: code,
            words: [file] + words)
    }

    private static func with(_ what: String, _ command: String, code: String, _ words: String...) -> BadInput {
        BadInput(
            what: what, arguments: ["segment", "ct", "--out", "out.nii.gz", "--with", command], code: code, words: words
        )
    }

    static let labelFiles: [BadInput] = [
        labels("a label map without a label", "none.nrrd", code: "no-labels", "every voxel is 0"),
        labels(
            "one vertebra, numbered by nobody knows whom", "one.nrrd", code: "label-scheme-unclear", "--label-scheme"),
        BadInput(
            what: "numbers that the scheme has not",
            arguments: ["convert", "unknown.nrrd", "--as-labels", "--label-scheme", "verse", "--out", "out.nii.gz"],
            code: "unknown-labels", words: ["unknown.nrrd", "201, 202", "--map"]),
        labels(
            "a folder where two vertebrae are the same", "overlap", code: "labels-overlap", "L3", "L4", "both claim 4"),
        labels("a folder of masks without known names", "unnamed", code: "unknown-labels", "mask-1.nrrd"),
        labels("a label map among the masks of a folder", "many", code: "not-a-mask", "vertebrae_L3.nrrd", "1, 2"),
        labels("half a DICOM segmentation", "half.dcm", code: "unreadable", "damaged"),
        BadInput(
            what: "a DICOM segmentation of another image",
            arguments: ["plan", "spine", "ct-4", "--labels", "seg.dcm", "--levels", "L3", "--out", "out.json"],
            code: "labels-on-another-grid", words: ["seg.dcm", "frame of reference"]),
        BadInput(
            what: "a DICOM segmentation of an image that is not DICOM",
            arguments: ["segment", "ct.nii.gz", "--out", "out.dcm"], code: "no-source-series",
            words: ["out.dcm", "no DICOM series"]),
        BadInput(
            what: "a mesh as DICOM of an image that is not",
            arguments: ["mesh", "labels.nii.gz", "--image", "ct.nii.gz", "--format", "dicom-stl", "--out", "out"],
            code: "no-source-series", words: ["no DICOM series"]),
        BadInput(
            what: "a level named where no vertebra is",
            arguments: ["segment", "ct", "--out", "out.nii.gz", "--name", "L3@900,0,0"], code: "level-not-settled",
            words: ["L3@900,0,0", "no vertebra is there"]),
        with(
            "a segmenter that is not there", "no-such-program {in} {out}", code: "segmenter-not-found",
            "no-such-program"),
        with("a segmenter that fails", "false {in} {out}", code: "segmenter-failed", "status 1"),
        with("a segmenter that writes nothing", "true {in} {out}", code: "segmenter-wrote-nothing", "wrote nothing"),
        with("a segmenter that answers with an image", "cp {in} {out}", code: "not-labels", "cp", "no label map"),
        with(
            "a segmenter that answers on another grid", "sh copy.sh labels-4.nii.gz {in} {out}",
            code: "labels-on-another-grid", "another grid"),
        with(
            "a segmenter whose answer is no label file", "sh copy.sh points.csv {in} {out}", code: "unreadable",
            "cannot be used"),
        with(
            "a segmenter whose vertebrae are crumbs", "sh copy.sh crumbs.nii {in} {out}", code: "implausible-labels",
            "cannot be a spine"),
        with("a segmenter without a place for its answer", "cp {in} labels", code: "bad-command", "{out}"),
    ]
}

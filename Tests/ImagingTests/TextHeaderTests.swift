import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// NRRD and MetaImage files written by hand after their formats' descriptions.
@Suite struct TextHeaderTests {
    private func read(_ files: [String: Data], _ name: String) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (file, data) in files { try data.write(to: folder.appendingPathComponent(file)) }
        return try ImageReader.read(folder.appendingPathComponent(name).path)
    }

    private func problem(_ text: String, _ voxels: Data, _ name: String) -> FileProblem? {
        fileProblem { _ = try read([name: Data(text.utf8) + voxels], name) }
    }

    private let values: [Int16] = (0..<24).map { $0 * 50 - 1000 }

    private func raw(bigEndian: Bool = false) -> Data {
        var data = CraftedBytes(bigEndian: bigEndian)
        for v in values { data.put(v) }
        return data.bytes
    }

    private func nrrd(
        space: String? = "left-posterior-superior", sizes: String = "2 3 4", encoding: String = "raw",
        endian: String = "little",
        directions: String = "(0.5,0,0) (0,0.6,0) (0,0,2)", more: String = ""
    ) -> String {
        """
        NRRD0005
        # a comment
        type: short
        dimension: 3
        \(space.map { "space: \($0)\n" } ?? "")sizes: \(sizes)
        space directions: \(directions)
        kinds: domain domain domain
        key:=value: with colon
        endian: \(endian)
        encoding: \(encoding)
        space origin: (10,20,30)
        \(more)
        """ + "\n"
    }

    @Test(arguments: [
        ("left-posterior-superior", 10.0, 20.0), ("LPS", 10, 20), ("right-anterior-superior", -10, -20),
        ("LAS", 10, -20),
    ])
    func nrrdSpaces(_ space: String, _ x: Double, _ y: Double) throws {
        let image = try read(["a.nrrd": Data(nrrd(space: space).utf8) + raw()], "a.nrrd")
        #expect(image.ct.voxels == values)
        #expect(image.ct.geometry.origin == Point(x, y, 30))
        #expect(image.ct.geometry.spacing == Vector3(0.5, 0.6, 2))
        #expect(image.ct.geometry.direction.columns.0.x == (x < 0 ? -1 : 1))
        #expect(image.irregularities.isEmpty)
    }

    @Test func nrrdWithoutSpaceDoesNotKnowThePatient() throws {
        let image = try read(["a.nrrd": Data(nrrd(space: nil).utf8) + raw()], "a.nrrd")
        #expect(image.irregularities.contains(Irregularity(.noPatientPosition, .forbidsPlanning)))
    }

    @Test func nrrdEncodingsAndByteOrder() throws {
        let packed = Data(nrrd(encoding: "gzip").utf8) + craftedGzip(raw())
        #expect(try read(["a.nrrd": packed], "a.nrrd").ct.voxels == values)
        let big = Data(nrrd(endian: "big").utf8) + raw(bigEndian: true)
        #expect(try read(["a.nrrd": big], "a.nrrd").ct.voxels == values)
    }

    @Test func detachedHeaderFindsItsVoxels() throws {
        let header = nrrd(more: "byte skip: 3\nline skip: 1\ndata file: b.raw\n")
        let data = Data("a line\nxyz".utf8) + raw()
        #expect(try read(["a.nhdr": Data(header.utf8), "b.raw": data], "a.nhdr").ct.voxels == values)
        let last = nrrd(more: "byte skip: -1\ndata file: b.raw\n")
        #expect(try read(["a.nhdr": Data(last.utf8), "b.raw": data], "a.nhdr").ct.voxels == values)
    }

    @Test func nrrdHeadersThatLie() throws {
        #expect(problem(nrrd(sizes: "9000 9000 9000"), raw(), "a.nrrd") == .tooLarge(voxels: 729_000_000_000))
        #expect(problem(nrrd(sizes: "2 3 5"), raw(), "a.nrrd") == .truncated(expectedBytes: 60, foundBytes: 48))
        #expect(problem(nrrd(sizes: "2 3"), raw(), "a.nrrd") == .badHeader(field: "sizes", value: "2 3"))
        #expect(problem(nrrd(sizes: "2 -3 4"), raw(), "a.nrrd") == .badHeader(field: "size", value: "-3"))
        #expect(problem(nrrd(encoding: "bzip2"), raw(), "a.nrrd") == .unsupported(field: "encoding", value: "bzip2"))
        #expect(problem(nrrd(directions: "(1,0,0) (0,1,0) none"), raw(), "a.nrrd") != nil)
        #expect(problem(nrrd(directions: "(1,0,0) (0.5,1,0) (0,0,1)"), raw(), "a.nrrd") != nil)
        #expect(problem(nrrd(directions: "(1,0,0) (0,nan,0) (0,0,1)"), raw(), "a.nrrd") != nil)
        #expect(
            problem(nrrd(space: "scanner-xyz"), raw(), "a.nrrd") == .unsupported(field: "space", value: "scanner-xyz"))
        #expect(
            problem(nrrd(more: "data file: missing.raw\n"), raw(), "a.nrrd")
                == .dataFileNotFound(name: "missing.raw"))
        #expect(problem("no image at all", raw(), "a.nrrd") == .unknownFormat)
    }

    /// Numbers as text; bytes to skip inside compressed data; types as ITK names them; lengths in another unit.
    @Test func nrrdTextSkipsAndUnits() throws {
        let text = values.map(String.init).joined(separator: "\n")
        #expect(try read(["a.nrrd": Data((nrrd(encoding: "txt") + text).utf8)], "a.nrrd").ct.voxels == values)
        let skipped = Data(nrrd(encoding: "gzip", more: "byte skip: 3\n").utf8) + craftedGzip(Data("xyz".utf8) + raw())
        #expect(try read(["a.nrrd": skipped], "a.nrrd").ct.voxels == values)
        let last = Data(nrrd(encoding: "gzip", more: "byte skip: -1\n").utf8) + craftedGzip(raw())
        #expect(fileProblem { _ = try read(["a.nrrd": last], "a.nrrd") } == .badHeader(field: "byte skip", value: "-1"))
        var wide = CraftedBytes()
        for v in values { wide.put(Int64(v)) }
        let long = nrrd().replacing("type: short", with: "type: long long int")
        #expect(try read(["a.nrrd": Data(long.utf8) + wide.bytes], "a.nrrd").ct.voxels == values)
        let inMillimetres = nrrd(more: "space units: \"mm\" \"mm\" \"mm\"\n")
        #expect(try read(["a.nrrd": Data(inMillimetres.utf8) + raw()], "a.nrrd").ct.voxels == values)
        #expect(
            problem(nrrd(more: "space units: \"m\" \"m\" \"m\"\n"), raw(), "a.nrrd")
                == .unsupported(field: "space units", value: "m"))
    }

    @Test func textVoxelsThatLie() throws {
        func problem(_ text: String) -> FileProblem? {
            fileProblem { _ = try read(["a.nrrd": Data((nrrd(encoding: "ascii") + text).utf8)], "a.nrrd") }
        }
        let text = values.map(String.init).joined(separator: " ")
        #expect(problem(text) == nil)
        #expect(problem(text.replacing("-950", with: "70000")) == .badHeader(field: "voxel", value: "70000"))
        #expect(problem(text.replacing("-950", with: "1.5")) == .badHeader(field: "voxel", value: "1.5"))
        #expect(problem(text.replacing("-950", with: "x")) == .badHeader(field: "voxel", value: "x"))
        #expect(problem(String(text.dropLast(5))) == .truncated(expectedBytes: 47, foundBytes: 46))
        #expect(problem("1 2 3") == .truncated(expectedBytes: 47, foundBytes: 5))
    }

    private func meta(
        sizes: String = "2 3 4", matrix: String = "0 1 0 -1 0 0 0 0 1", file: String = "LOCAL", more: String = ""
    ) -> String {
        """
        ObjectType = Image
        NDims = 3
        BinaryData = True
        BinaryDataByteOrderMSB = False
        \(more)
        TransformMatrix = \(matrix)
        Offset = 10 20 30
        ElementSpacing = 0.5 0.6 2
        DimSize = \(sizes)
        ElementType = MET_SHORT
        ElementDataFile = \(file)
        """ + "\n"
    }

    /// MetaIO lists the direction of each axis in turn: here x runs along +P and y along −L.
    @Test func metaImageAxes() throws {
        let image = try read(["a.mha": Data(meta().utf8) + raw()], "a.mha")
        #expect(image.ct.voxels == values)
        #expect(image.ct.geometry.point(VoxelIndex(1, 0, 0)).distance(to: Point(10, 20.5, 30)) < 1e-12)
        #expect(image.ct.geometry.point(VoxelIndex(0, 1, 0)).distance(to: Point(9.4, 20, 30)) < 1e-12)
    }

    @Test func metaImageDetached() throws {
        let files = [
            "a.mhd": Data(meta(file: "b.raw", more: "HeaderSize = -1").utf8), "b.raw": Data("junk".utf8) + raw(),
        ]
        #expect(try read(files, "a.mhd").ct.voxels == values)
    }

    @Test func metaImageTextAndWhatIsNotUnderstood() throws {
        let text = meta().replacing("BinaryData = True", with: "BinaryData = False")
        let numbers = Data(values.map(String.init).joined(separator: " ").utf8)
        #expect(try read(["a.mha": Data(text.utf8) + numbers], "a.mha").ct.voxels == values)
        let slope = meta(more: "ElementToIntensityFunctionSlope = 2")
        #expect(
            problem(slope, raw(), "a.mha") == .unsupported(field: "ElementToIntensityFunctionSlope", value: "2"))
        let same = meta(more: "ElementToIntensityFunctionSlope = 1\nElementToIntensityFunctionOffset = 0")
        #expect(try read(["a.mha": Data(same.utf8) + raw()], "a.mha").ct.voxels == values)
        let mesh = meta().replacing("ObjectType = Image", with: "ObjectType = Mesh")
        #expect(problem(mesh, raw(), "a.mha") == .unsupported(field: "ObjectType", value: "Mesh"))
        let unplaced = meta().replacing("TransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 10 20 30\n", with: "")
        #expect(
            try read(["a.mha": Data(unplaced.utf8) + raw()], "a.mha").irregularities
                .contains(Irregularity(.noPatientPosition, .forbidsPlanning)))
    }

    @Test func metaImageHeadersThatLie() throws {
        #expect(problem(meta(sizes: "2 3 5"), raw(), "a.mha") == .truncated(expectedBytes: 60, foundBytes: 48))
        #expect(problem(meta(sizes: "0 3 4"), raw(), "a.mha") == .badHeader(field: "size", value: "0"))
        #expect(problem(meta(matrix: "1 0 0 0 1 0 0 0"), raw(), "a.mha") != nil)
        #expect(problem(meta(matrix: "2 0 0 0 1 0 0 0 1"), raw(), "a.mha") == .sheared(deviation: 3))
        #expect(problem(meta(file: "LIST"), raw(), "a.mha") == .unsupported(field: "ElementDataFile", value: "LIST"))
        #expect(problem(meta(more: "CompressedData = True"), raw(), "a.mha") != nil)
    }

    @Test(arguments: ["a.nrrd", "a.mha"])
    func everyTruncationIsAnError(_ name: String) throws {
        let whole = Data((name == "a.mha" ? meta() : nrrd()).utf8) + raw()
        for count in 0..<whole.count {
            #expect(throws: ImagingError.self, "\(count) bytes") { try read([name: whole.prefix(count)], name) }
        }
    }
}

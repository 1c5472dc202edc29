import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// DICOM segmentation objects put together byte by byte after PS3.3 A.51.
@Suite struct SegmentationReaderTests {
    /// Frames of 5 columns and 3 rows: 15 bits, so that frames do not start at bytes.
    struct Crafted {
        var kind = "BINARY"
        var bits = 1
        var segments: [(label: String, code: String)] = [("L3", "36470004"), ("what L4 is", "11994002")]
        var scheme = "SCT"
        /// Segment, position, and the values of the 15 pixels.
        var frames: [(segment: Int, position: String, values: [UInt16])] = []
        var orientation = "1\\0\\0\\0\\1\\0"
        var spacing = "0.5\\0.25"
        var most: Int?

        var data: Data {
            var set = CraftedDataSet(elements: [
                0x0008_0016: .text(
                    "UI", kind == "LABELMAP" ? "1.2.840.10008.5.1.4.1.1.66.7" : "1.2.840.10008.5.1.4.1.1.66.4"),
                0x0008_0018: .text("UI", "1.2.3.4"), 0x0008_0060: .text("CS", "SEG"), 0x0020_000D: .text("UI", "1.2.3"),
                0x0020_000E: .text("UI", "1.2.3.5"), 0x0020_0052: .text("UI", "1.2.3.6"), 0x0028_0002: .us(1),
                0x0028_0004: .text("CS", "MONOCHROME2"), 0x0028_0010: .us(3), 0x0028_0011: .us(5),
                0x0028_0008: .text("IS", "\(frames.count)"), 0x0028_0100: .us(bits), 0x0028_0101: .us(bits),
                0x0028_0102: .us(bits - 1), 0x0028_0103: .us(0), 0x0062_0001: .text("CS", kind),
            ])
            set[0x0062_0002] = .sequence(
                segments.enumerated().map { i, segment in
                    [
                        0x0062_0004: .us(i + 1), 0x0062_0005: .text("LO", segment.label),
                        0x0062_000F: .sequence([
                            [0x0008_0100: .text("SH", segment.code), 0x0008_0102: .text("SH", scheme)]
                        ]),
                    ]
                })
            if let most { set[0x0062_000E] = .us(most) }
            set[0x5200_9229] = .sequence([
                [
                    0x0020_9116: .sequence([[0x0020_0037: .text("DS", orientation)]]),
                    0x0028_9110: .sequence([[0x0028_0030: .text("DS", spacing), 0x0018_0088: .text("DS", "2")]]),
                ]
            ])
            set[0x5200_9230] = .sequence(
                frames.map { frame in
                    [
                        0x0020_9113: .sequence([[0x0020_0032: .text("DS", frame.position)]]),
                        0x0062_000A: .sequence([[0x0062_000B: .us(frame.segment)]]),
                    ]
                })
            set[0x7FE0_0010] = .shorts("OW", words)
            return set.data
        }

        private var words: [UInt16] {
            let values = frames.flatMap(\.values)
            if bits == 16 { return values }
            var words = [UInt16](repeating: 0, count: (values.count * bits + 15) / 16)
            for (i, value) in values.enumerated() { words[i * bits / 16] |= value << UInt16(i * bits % 16) }
            return words
        }
    }

    static func bits(_ pattern: String) -> [UInt16] { pattern.map { $0 == "#" ? 1 : 0 } }

    private var two: Crafted {
        var crafted = Crafted()
        crafted.frames = [
            (2, "10\\20\\34", Self.bits("#....#....#####")), (1, "10\\20\\30", Self.bits(".####.......##.")),
            (1, "10\\20\\34", Self.bits(".......#.......")),
        ]
        return crafted
    }

    private func load(
        _ crafted: Crafted, on geometry: GridGeometry? = nil, frame: String? = nil, map: [Int: AnatomicalLabel] = [:],
        names: [String: AnatomicalLabel] = [:]
    ) throws -> LoadedLabels {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("labels.dcm").path
        try crafted.data.write(to: URL(fileURLWithPath: path))
        var metadata = ImageMetadata(format: .dicom)
        metadata.frameOfReferenceUID = frame
        return try LabelReader.load(path, on: geometry, of: metadata, map: map, names: names)
    }

    private func refusal(_ crafted: Crafted) -> ImagingError? { imagingError { _ = try load(crafted) } }

    /// Rows from the first plane to the last, `3` for L3.
    private func picture(_ labels: LabelVolume) -> [String] {
        (0..<labels.size.z).map { z in
            (0..<labels.size.y).map { y in
                (0..<labels.size.x).map { x in
                    switch labels[VoxelIndex(x, y, z)] {
                    case 22: "3"
                    case 23: "4"
                    case 0: "."
                    default: "?"
                    }
                }.joined()
            }.joined(separator: " ")
        }
    }

    /// The plane between is empty and left out by the file.
    @Test func bitsLandWhereTheyLie() throws {
        let labels = try load(two)
        #expect(picture(labels.volume) == [".3333 ..... ..33.", "..... ..... .....", "4.... 4.3.. 44444"])
        let g = labels.volume.geometry
        #expect(g.spacing == Vector3(0.25, 0.5, 2) && g.origin == Point(10, 20, 30))
        #expect(labels.remarks.isEmpty)
    }

    /// One pixel of eight is more than a seam.
    @Test func overlapIsRefusedWhereItIsLarge() throws {
        var crafted = two
        crafted.frames[2].values = Self.bits("..............#")
        guard case .structuresOverlap(_, AnatomicalLabel(22), AnatomicalLabel(23), 1) = refusal(crafted) else {
            return #expect(Bool(false), "two vertebrae in one place were taken")
        }
        crafted.segments[1] = ("rib_left_12", "113197003")
        #expect(try load(crafted).remarks == [.overlap(kept: AnatomicalLabel(22), lost: .rib, voxels: 1)])
    }

    /// The same patient space with other axes: the image's rows run along +S here.
    @Test func framesFindTheImagesGrid() throws {
        let image = try GridGeometry(
            size: GridSize(4, 8, 6), spacing: Vector3(2, 0.25, 0.5), origin: Point(9.75, 19.5, 28),
            direction: Matrix3(columns: Vector3(0, 0, 1), Vector3(1, 0, 0), Vector3(0, 1, 0)))
        let labels = try load(two, on: image, frame: "1.2.3.6").volume
        #expect(labels.geometry == image)
        let expected: [(Vector3, UInt8)] = [
            (Vector3(10, 20, 34), 23), (Vector3(10.5, 20.5, 34), 22), (Vector3(10.25, 20, 30), 22),
            (Vector3(10, 20, 30), 0),
            (Vector3(11, 21, 34), 23),
        ]
        for (place, label) in expected { #expect(labels[image.nearest(Point(place))] == label, "\(place)") }
        #expect(labels.counts().values.reduce(0, +) == 14)
    }

    @Test func whatLiesOutsideTheImageIsSaid() throws {
        let image = try GridGeometry(
            size: GridSize(5, 3, 2), spacing: Vector3(0.25, 0.5, 2), origin: Point(10, 20, 30))
        let labels = try load(two, on: image)
        #expect(labels.remarks == [.framesOutside(count: 2)])
    }

    @Test func anotherGridOrPatientIsRefused() throws {
        let shifted = try GridGeometry(
            size: GridSize(5, 3, 3), spacing: Vector3(0.25, 0.5, 2), origin: Point(10.1, 20, 30))
        guard case .labelsOnAnotherGrid = imagingError({ _ = try load(two, on: shifted) }) else {
            return #expect(Bool(false), "pixels between voxels were taken")
        }
        let image = try GridGeometry(
            size: GridSize(5, 3, 3), spacing: Vector3(0.25, 0.5, 2), origin: Point(10, 20, 30))
        guard
            case .anotherFrameOfReference(_, "1.2.3.6", "9.9") = imagingError({
                _ = try load(two, on: image, frame: "9.9")
            })
        else { return #expect(Bool(false), "another frame of reference was taken") }
    }

    /// 8 bits a pixel, half of 200 and more.
    @Test func fractionsCountFromAHalf() throws {
        var crafted = Crafted(kind: "FRACTIONAL", bits: 8, segments: [("L3", "36470004")], most: 200)
        crafted.frames = [(1, "10\\20\\30", [0, 99, 100, 101, 200] + [UInt16](repeating: 0, count: 10))]
        let labels = try load(crafted)
        #expect(picture(labels.volume) == ["..333 ..... ....."])
        #expect(labels.remarks == [.fractional])
    }

    @Test func labelMapsHoldSegmentNumbers() throws {
        var crafted = Crafted(kind: "LABELMAP", bits: 16)
        crafted.frames = [(0, "10\\20\\30", [0, 1, 2, 2, 1] + [UInt16](repeating: 0, count: 10))]
        #expect(picture(try load(crafted).volume) == [".3443 ..... ....."])
    }

    @Test func codesOldAndNewAndNames() throws {
        var crafted = two
        crafted.segments = [("Segment 1", "T-11930"), ("Segment 2", "T-11940")]
        crafted.scheme = "SRT"
        #expect(try load(crafted).volume.counts().keys.sorted().map(\.name) == ["L3", "L4"])
        crafted.segments = [("vertebrae_L3", "51282000"), ("vertebrae_L4", "")]
        crafted.scheme = "SCT"
        #expect(try load(crafted).volume.counts().keys.sorted().map(\.name) == ["L3", "L4"])
        crafted.segments = [("Thyroid", "69748006"), ("L4", "")]
        let partly = try load(crafted)
        #expect(partly.volume.counts().keys.map(\.name) == ["L4"] && partly.remarks == [.leftOut(["1 (Thyroid)"])])
        crafted.segments = [("one", ""), ("two", "")]
        #expect(try load(crafted, map: [1: AnatomicalLabel(19), 2: .sacrum]).volume.counts().count == 2)
        #expect(try load(crafted, names: ["one": AnatomicalLabel(19)]).volume.counts().keys.map(\.name) == ["T12"])
    }

    @Test func whatCannotBeTrueIsRefused() throws {
        var crafted = two
        crafted.segments = [("vertebrae_L2", "36470004"), ("L4", "")]
        #expect(
            {
                if case .segmentContradicts(_, 1, "vertebrae_L2", AnatomicalLabel(22)) = refusal(crafted) {
                    true
                } else {
                    false
                }
            }())
        crafted.segments = [("Thyroid", ""), ("Prostate", "")]
        #expect({ if case .unknownLabels = refusal(crafted) { true } else { false } }())
        crafted = two
        crafted.frames[1].position = "10\\20\\30.7"
        #expect({ if case .unreadable(_, .unsupported("frames", _)) = refusal(crafted) { true } else { false } }())
        crafted = two
        crafted.orientation = "1\\0\\0\\0.5\\1\\0"
        #expect(
            {
                if case .unreadable(_, .badHeader("ImageOrientationPatient", _)) = refusal(crafted) {
                    true
                } else {
                    false
                }
            }())
        crafted = two
        crafted.kind = "SURFACE"
        #expect(
            { if case .unreadable(_, .unsupported("SegmentationType", _)) = refusal(crafted) { true } else { false } }()
        )
    }

    @Test func everyTruncationIsAnError() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("labels.dcm").path
        let whole = two.data
        // The last byte pads the pixels to an even number.
        for count in stride(from: 0, to: whole.count - 1, by: 7) {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            #expect(throws: ImagingError.self, "\(count) bytes") { try LabelReader.load(path) }
        }
    }
}

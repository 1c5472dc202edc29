import Frames
import Imaging
import TestSupport
import Testing

@testable import Segmentation

/// Real CTs; each skips where the folder of real data is missing.
@Suite(.serialized) struct RealImageTests {
    /// TotalSegmentator's numbers in this folder and what they mean (data/README.md).
    static let meaning: [Int: AnatomicalLabel] = [
        27: AnatomicalLabel(24), 28: AnatomicalLabel(23), 29: AnatomicalLabel(22), 30: AnatomicalLabel(21),
        31: AnatomicalLabel(20), 32: AnatomicalLabel(19),
    ]

    @Test(.enabled(if: realData("lumbar-3mm/ct.nii.gz") != nil, "needs STYLET_DATA"))
    func lumbarSpineAtThreeMillimetres() throws {
        let image = try ImageReader.read(try #require(realData("lumbar-3mm/ct.nii.gz")).path)
        let truth = try LabelReader.read(
            try #require(realData("lumbar-3mm/labels-totalseg.nii.gz")).path, on: image.ct.geometry, map: Self.meaning)
        let found = try SpineSegmentation.segment(image.ct)
        for label in lumbarVertebrae { #expect(dice(found.labels, truth, label) >= 0.88, "\(label.name)") }
        #expect(
            found.vertebrae.filter { lumbarVertebrae.contains($0.label) }.allSatisfy { $0.isCertain && !$0.isPartial })
        // The reference labels of T12 reach the uppermost slice.
        #expect(found.vertebrae.first { $0.label.number == 19 }?.isPartial == true)
    }

    @Test(.enabled(if: realData("thoracolumbar-j2k-dicom") != nil, "needs STYLET_DATA"))
    func aSliverWithoutAWholeVertebraIsRefused() throws {
        let image = try ImageReader.read(try #require(realData("thoracolumbar-j2k-dicom")).path)
        #expect { try SpineSegmentation.segment(image.ct) } throws: { error in
            if case SegmentationError.noWholeVertebra = error { return true }
            return false
        }
    }

    @Test(.enabled(if: realData("torso-dicom") != nil, "needs STYLET_DATA"))
    func theTorsoHasItsNames() throws {
        let image = try ImageReader.read(try #require(realData("torso-dicom")).path)
        let found = try SpineSegmentation.segment(image.ct)
        let names = found.vertebrae.map(\.label.name)
        // Seen in the images: T6 at the upper edge, then every level down to the sacrum.
        #expect(names == ["T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "sacrum"])
        #expect(
            found.vertebrae.filter { lumbarVertebrae.contains($0.label) }.allSatisfy { $0.isCertain && !$0.isPartial })
        // A lumbar vertebra fills about 35–90 ml.
        for s in found.structures where lumbarVertebrae.contains(s.label) { #expect((35...90).contains(s.volume)) }
        Self.checkTorsoPlaces(found.labels)
    }

    /// Whose bone is where, as the images show it (read off by eye).
    private static func checkTorsoPlaces(_ labels: LabelVolume) {
        let places: [(name: String, p: Vector3, label: AnatomicalLabel)] = [
            ("T7's lamina", Vector3(-2, 174, 449), AnatomicalLabel(14)),
            ("T7's right transverse process", Vector3(-17, 180, 449), AnatomicalLabel(14)),
            ("T8's right transverse process", Vector3(-15, 180, 428), AnatomicalLabel(15)),
            ("T8's lamina", Vector3(2, 171, 425), AnatomicalLabel(15)),
            ("T9's lamina", Vector3(2, 168, 401), AnatomicalLabel(16)),
            ("the root of T10's spinous process", Vector3(8, 165, 353), AnatomicalLabel(17)),
            ("L5's right inferior articular process", Vector3(-8, 148, 140), AnatomicalLabel(24)),
            ("S1's right superior articular process", Vector3(-20, 150, 140), .sacrum),
            ("marrow of L1's left articular process", Vector3(28.2, 149.5, 291.6), AnatomicalLabel(20)),
            ("the back of L2's left pedicle", Vector3(27.4, 139.1, 259), AnatomicalLabel(21)),
            ("the foramen below T7", Vector3(-5, 163, 440), .softTissue),
            ("the sacral canal", Vector3(8, 162, 110), .softTissue),
        ]
        for place in places {
            let g = labels.geometry.gridPoint(Point<CT>(place.p)).coordinates
            let index = VoxelIndex(Int(g.x.rounded()), Int(g.y.rounded()), Int(g.z.rounded()))
            #expect(labels[index] == place.label.number, "\(place.name)")
        }
    }
}

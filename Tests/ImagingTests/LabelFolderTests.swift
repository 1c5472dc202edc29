import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Folders with one mask a structure.
@Suite struct LabelFolderTests {
    private let geometry: GridGeometry

    init() throws {
        geometry = try GridGeometry(size: GridSize(4, 3, 5), spacing: Vector3(1, 2, 3), origin: Point(1, 2, 3))
    }

    /// A mask of one value in planes `planes`.
    private func mask(_ planes: Range<Int>, value: UInt8 = 1) -> LabelVolume {
        var volume = LabelVolume(geometry: geometry)
        for z in planes { for y in 0..<3 { for x in 0..<4 { volume[VoxelIndex(x, y, z)] = value } } }
        return volume
    }

    private func load(
        _ masks: [String: LabelVolume], on image: GridGeometry? = nil, names: [String: AnatomicalLabel] = [:],
        extra: [String] = []
    ) throws -> LoadedLabels {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, volume) in masks {
            try GridFileWriter.write(
                volume, type: .uint8, description: "", to: folder.appendingPathComponent(name).path)
        }
        for name in extra { try Data("x".utf8).write(to: folder.appendingPathComponent(name)) }
        return try LabelReader.load(folder.path, on: image, names: names)
    }

    @Test func structuresGetTheirLabels() throws {
        let masks = [
            "vertebrae_L3.nii.gz": mask(2..<3), "vertebrae_L4.nii.gz": mask(1..<2, value: 255),
            "hip_left.nrrd": mask(0..<1),
            "thyroid_gland.nii.gz": mask(4..<5),
        ]
        let loaded = try load(masks, extra: ["notes.txt"])
        #expect(
            (0..<5).map { loaded.volume[label: VoxelIndex(0, 0, $0)].name } == [
                "pelvis", "L4", "L3", "label 0", "label 0",
            ])
        #expect(loaded.remarks == [.leftOut(["thyroid_gland.nii.gz"])])
    }

    @Test func turnedMasksLandOnTheImage() throws {
        let turned = mask(2..<3).reoriented(
            by: AxisMap(
                from: geometry,
                to: try GridGeometry(
                    size: GridSize(5, 4, 3), spacing: Vector3(3, 1, 2), origin: geometry.point(VoxelIndex(0, 0, 4)),
                    direction: Matrix3(columns: Vector3(0, 0, -1), Vector3(1, 0, 0), Vector3(0, 1, 0))),
                axes: [2, 0, 1], flipped: [true, false, false]))
        let loaded = try load(["L1.nii": turned, "L2.nii": mask(1..<2)], on: geometry)
        #expect(loaded.volume.geometry == geometry)
        #expect((0..<5).map { loaded.volume[VoxelIndex(3, 2, $0)] } == [0, 21, 20, 0, 0])
    }

    /// A seam between a vertebra and a rib is said and goes to the vertebra.
    @Test func overlapsAreSaid() throws {
        let loaded = try load(["vertebrae_T12.nii.gz": mask(1..<3), "rib_left_12.nii.gz": mask(2..<5)])
        #expect(loaded.remarks == [.overlap(kept: AnatomicalLabel(19), lost: .rib, voxels: 12)])
        #expect(loaded.volume[label: VoxelIndex(0, 0, 2)].name == "T12")
    }

    @Test func whatCannotBeUsedIsRefused() throws {
        let same = ["vertebrae_L3.nii.gz": mask(1..<3), "vertebrae_L4.nii.gz": mask(1..<3)]
        guard
            case .structuresOverlap(_, AnatomicalLabel(22), AnatomicalLabel(23), 24) = imagingError({
                _ = try load(same)
            })
        else { return #expect(Bool(false), "the same vertebra twice was taken") }
        var two = mask(0..<1)
        two[VoxelIndex(0, 0, 4)] = 7
        guard case .notAMask(_, [1, 7]) = imagingError({ _ = try load(["L3.nii.gz": two]) }) else {
            return #expect(Bool(false), "a label map was taken for a mask")
        }
        guard
            case .noStructures(_, ["thyroid_gland.nii.gz"]) = imagingError({
                _ = try load(["thyroid_gland.nii.gz": mask(0..<1)])
            })
        else { return #expect(Bool(false), "a gland was taken") }
        guard case .noLabels = imagingError({ _ = try load(["L3.nii.gz": mask(0..<0)]) }) else {
            return #expect(Bool(false), "nothing was taken for something")
        }
        let other = try GridGeometry(size: GridSize(4, 3, 5), spacing: Vector3(1, 2, 3.1), origin: Point(1, 2, 3))
        guard case .labelsOnAnotherGrid = imagingError({ _ = try load(["L3.nii.gz": mask(0..<1)], on: other) }) else {
            return #expect(Bool(false), "another grid was taken")
        }
    }

    @Test func ownNamesAreGivenByAMap() throws {
        let loaded = try load(["mask-a.nii.gz": mask(2..<3)], names: ["mask-a": AnatomicalLabel(22)])
        #expect(loaded.volume.counts() == [AnatomicalLabel(22): 12])
    }

    @Test(
        arguments: [
            ("vertebrae_L3", 22), ("vertebrae_C1", 1), ("vertebrae_T12", 19), ("vertebrae_S1", 26), ("L5 vertebra", 24),
            ("T4", 11), ("t13", 28), ("L6", 25), ("sacrum", 26), ("Hip-Left", 112), ("hip_right", 112),
            ("rib_left_7", 111),
            ("rib_right_12", 111), ("femur_left", 113), ("skull", 101), ("aorta", 104), ("iliac_artery_left", 104),
            ("humerus_right", 100), ("spinal canal", 103), ("soft tissue", 102), ("Left first rib", 111), ("Rib", 111),
            ("Intervertebral disc", 110), ("portal_vein_and_splenic_vein", 104),
        ] as [(String, UInt8)])
    func namesOfOthersMeanOurs(_ name: String, _ number: UInt8) {
        #expect(StructureName.label(name) == AnatomicalLabel(number))
    }

    @Test(arguments: [
        "thyroid gland", "L7", "T0", "C8", "spinal_cord", "rib_left_99", "", "___", "vertebrae", "L3 L4",
        "costal_cartilages",
        "adrenal gland", "brain",
    ])
    func otherNamesMeanNothing(_ name: String) { #expect(StructureName.label(name) == nil) }
}

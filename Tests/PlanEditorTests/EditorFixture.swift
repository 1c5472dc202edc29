import Foundation
import Frames
import Imaging
import PhantomKit
import TerminalKit
import TestSupport

@testable import PlanEditor
@testable import Planning

/// The lumbar phantom with a plan of L3 and L4, sampled and planned once.
struct EditorFixture: Sendable {
    let ct: Volume<Int16>
    let labels: LabelVolume
    let plan: PlanFile

    private init() throws {
        let path = repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path
        let phantom = try Phantom(.load(path))
        let geometry = try phantom.geometry(spacing: Vector3(1, 1, 1.5))
        ct = phantom.sample(geometry, seed: 7)
        labels = phantom.labels(geometry)
        let levels = [AnatomicalLabel(22), AnatomicalLabel(23)]
        plan = try PedicleScrewPlanner().plan(ct: ct, labels: labels, levels: levels, seriesUID: "1.2.3").plan
    }

    private static let shared = Result { try EditorFixture() }
    static func load() throws -> EditorFixture { try shared.get() }

    /// A session in a folder of its own, everything done at once.
    func session(in folder: URL, plan own: PlanFile? = nil, worksInBackground: Bool = false) throws -> EditorSession {
        let file = folder.appendingPathComponent("plan.json").path
        if !FileManager.default.fileExists(atPath: file) { try (own ?? plan).write(to: file) }
        return try EditorSession(
            plan: PlanFile(path: file), ct: ct, metadata: ImageMetadata(format: .nifti), labels: labels,
            files: .init(plan: file, labels: folder.appendingPathComponent("plan.labels.nii.gz").path),
            worksInBackground: worksInBackground)
    }

    func model(in folder: URL) throws -> EditorModel {
        var options = EditorOptions()
        options.worksInBackground = false
        return EditorModel(session: try session(in: folder), options: options)
    }
}

extension EditorModel {
    /// Types keys; each character is one.
    func type(_ text: String, at time: Double = 0) {
        for c in text { handle(.key(c == "\n" ? .enter : .character(c), []), at: time) }
    }

    func press(_ key: Key, _ modifiers: KeyModifiers = [], at time: Double = 0) {
        handle(.key(key, modifiers), at: time)
    }
}

extension CellGrid {
    /// The screen as text, a line a row.
    var text: String {
        (0..<height).map { row in String((0..<width).map { self[$0, row].character }) }.joined(separator: "\n")
    }
}

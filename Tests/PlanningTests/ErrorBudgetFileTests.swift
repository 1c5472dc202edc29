import Foundation
import Frames
import Settings
import TestSupport
import Testing
import Uncertainty

@testable import Planning

@Suite struct ErrorBudgetFileTests {
    private func read(_ text: String) throws -> ErrorBudget<CT> {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("budget.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try ErrorBudgetFile.read(file.path)
    }

    @Test func whatIsLeftOutIsUsual() throws {
        let budget = try read("schema: stylet.error-budget/1\nrobot: {translation_rms_mm: 1.5, rotation_rms_deg: 2}\n")
        var expected = ErrorBudget<CT>.usual
        expected.robot = try RigidError(translation: Covariance(rms: 1.5), rotationRMS: radians(degrees: 2))
        #expect(budget == expected)
    }

    @Test func everyPartIsRead() throws {
        let budget = try read(
            """
            schema: stylet.error-budget/1
            registration:
              fiducials:
                - {name: a, x_mm: 0, y_mm: 0, z_mm: 0}
                - {x_mm: 50, y_mm: 0, z_mm: 0}
                - {x_mm: 0, y_mm: 60, z_mm: 5}
              localisation_rms_mm: [0.1, 0.2, 0.3]
            tracker: {translation_rms_mm: 0.2}
            motion: {translation_rms_mm: [0, 0.4, 0.1]}
            segmentation: {boundary_rms_mm: 0.6}
            """)
        guard case .fiducials(let points, let own) = budget.registration else {
            Issue.record("no fiducials")
            return
        }
        #expect(points == [Point(0, 0, 0), Point(50, 0, 0), Point(0, 60, 5)])
        #expect(own == (try Covariance(rmsAlongAxes: Vector3(0.1, 0.2, 0.3))))
        #expect(budget.boundaryDeviation == 0.6 && budget.tracker.rotationRMS == 0)
        #expect(budget.motion.translation == (try Covariance(rmsAlongAxes: Vector3(0, 0.4, 0.1))))
    }

    @Test(arguments: [
        "schema: stylet.error-budget/2\n", "schema: stylet.error-budget/1\nrobots: {}\n",
        "schema: stylet.error-budget/1\nrobot: {translation_rms_mm: -1}\n",
        "schema: stylet.error-budget/1\nrobot: {translation_rms_mm: [1, 2]}\n",
        "schema: stylet.error-budget/1\nrobot: {translation_rms_mm: .nan}\n",
        "schema: stylet.error-budget/1\nregistration: {fiducials: [], localisation_rms_mm: 0.3}\n",
        // on a line
        "schema: stylet.error-budget/1\nregistration: {localisation_rms_mm: 0.3, fiducials: [{x_mm: 0, y_mm: 0, z_mm: 0}, {x_mm: 1, y_mm: 0, z_mm: 0}, {x_mm: 2, y_mm: 0, z_mm: 0}]}\n",
        "[1, 2]", "",
    ])
    func nonsenseIsRefused(text: String) {
        #expect(throws: PlanningError.self) { try read(text) }
    }
}

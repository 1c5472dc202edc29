import Foundation
import Frames
import TestSupport
import Testing

@testable import Registration

/// Damaged points and transforms: an answer or an error, never a crash or a hang.
@Suite struct FuzzTests {
    private func hurt(_ text: String, _ reads: (String) -> Bool) throws -> FuzzOutcome {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("file").path
        return try fuzz(Array(text.utf8)) { bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return reads(path)
        }
    }

    @Test func points() throws {
        let text = "name,x_mm,y_mm,z_mm\n\"nasion, left\",1.5,-2,3e1\nb,4,5,6\nc,0,0,0\n"
        let outcome = try hurt(text) { path in
            guard let file = try? PointsFile<CT>.read(path) else { return false }
            return file.points.allSatisfy(\.isFinite)
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }

    /// A transform that is taken is a rotation with a translation, whatever was hurt.
    @Test func transforms() throws {
        let text = "{\"from\": \"ct\", \"to\": \"base\", \"matrix\": [0,-1,0,10.5, 1,0,0,-3, 0,0,1,7, 0,0,0,1]}"
        let outcome = try hurt(text) { path in
            guard let file = try? RigidTransformFile.read(path), let pose: Pose<Base, CT> = try? file.poseOfAnyFrames()
            else { return false }
            #expect(pose.translation.isFinite)
            return true
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}

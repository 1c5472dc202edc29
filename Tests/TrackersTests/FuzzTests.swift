import Frames
import TestSupport
import Testing

@testable import Trackers

/// Damaged recordings: an answer or an error, never a crash or a hang.
@Suite struct FuzzTests {
    @Test func recordings() throws {
        let track = RecordedTrack<Reference>.self
        let text = """
            t_s,x_mm,y_mm,z_mm,qw,qx,qy,qz,quality,missing
            0,1,2,3,1,0,0,0,0.1,0
            0.01,1,2,3,0,1,0,0,0.1,0
            0.02,0,0,0,1,0,0,0,0,1

            """
        let outcome = fuzz(Array(text.utf8)) {
            (try? track.parse(String(decoding: $0, as: UTF8.self), file: "a")) != nil
        }
        #expect(outcome.isTelling && outcome.slowest < 5, "\(outcome)")
    }
}

import Foundation
import Frames
import Testing

@testable import Scenes

@Suite(.serialized) struct SceneTests {
    @Test func holdsBothScrewsByTheTruth() throws {
        let result = try SmallScene.operate(SmallScene.definition())
        #expect(result.passed)
        #expect(result.screws.map(\.held) == [true, true])
        #expect(result.screws.allSatisfy { $0.tipError < 1 && $0.tipError > 0 })
        #expect(result.allocationsInLoop == 0 && result.overruns == 0)
        // Each part of the error budget is smaller than the bound of the whole, and none of them is left out.
        for parts in result.screws.map(\.parts) {
            #expect(parts.registration > 0.01 && parts.patient > 0.01 && parts.servo > 0)
            #expect(parts.setPoints < 0.1 && parts.servo < 0.1 && parts.total < 0.8)
        }
    }

    @Test func sameSeedSameResult() throws {
        let (a, b) = (try SmallScene.operate(SmallScene.definition()), try SmallScene.operate(SmallScene.definition()))
        #expect(a.screws == b.screws && a.checks == b.checks && a.ticks == b.ticks)
        // Rows may hold a NaN for what is unknown, so their text is compared.
        #expect("\(a.trace)" == "\(b.trace)")
        let other = try SmallScene.operate(SmallScene.definition(), seed: 2)
        #expect(other.screws != a.screws)
    }

    @Test func aLimitThatCannotBeHeldFails() throws {
        let result = try SmallScene.operate(SmallScene.definition(tip: 0.01))
        #expect(!result.passed)
        #expect(result.checks.first { $0.name == "tip_error_max_mm" }?.passed == false)
    }

    @Test func withoutNoiseOnlyFollowingIsLeft() throws {
        let noisy = try SmallScene.operate(SmallScene.definition())
        let quiet = try SmallScene.operate(SmallScene.definition(noise: 0.001))
        #expect(quiet.screws.allSatisfy { $0.parts.registration < 0.1 })
        #expect(quiet.screws[0].parts.total < noisy.screws[0].parts.total)
    }
}

import Frames
import Imaging
import Testing

@testable import PhantomKit

@Suite struct DefinitionVariationTests {
    @Test func peopleDifferWithinThePublishedSpread() throws {
        let base = try PhantomDefinition.load(lumbarPath)
        var widths: Set<Double> = []
        for seed in 0..<12 as Range<UInt64> {
            let person = base.varied(seed: seed)
            #expect(person == base.varied(seed: seed))
            #expect(person != base)
            let phantom = try Phantom(person)
            widths.insert(person.levels[3].pedicle.width)
            for (level, mean) in zip(person.levels, base.levels) {
                #expect(abs(level.pedicle.width / mean.pedicle.width - 1) < 0.31)
                #expect(abs(level.body.upperWidth / mean.body.upperWidth - 1) < 0.16)
                #expect(abs(level.pedicle.convergence - mean.pedicle.convergence) <= 5)
            }
            #expect((35...75).contains(phantom.lordosis))
            for label in lumbarLevels {
                for side in Side.allCases { #expect((phantom.axis(label, side)?.width ?? 0) > 5.5) }
            }
        }
        #expect(widths.count == 12)
    }
}

import Foundation
import Testing

@testable import Meshing

@Suite struct ThinShellTests {
    /// A shell's blurred profile by adding up small pieces, each blurred: no closed form.
    static func profile(thickness: Double, core: Double) -> (peak: Double, border: Double) {
        func value(_ t: Double) -> Double {
            var sum = 0.0
            let step = 0.01
            for x in stride(from: -20 + step / 2, to: 0, by: step) {
                let density = x > -thickness ? 1 : core
                sum += density * exp(-(t - x) * (t - x) / 2) * step
            }
            return sum / (2 * Double.pi).squareRoot()
        }
        let inner = stride(from: -thickness - 2, through: 0, by: 0.05).map(value)
        return (inner.max() ?? 0, value(0))
    }

    @Test(arguments: [1.0, 1.5, 2, 3, 5], [0, 0.1, 0.22, 0.4])
    func theBordersLevelFollowsFromTheBrightestValue(thickness: Double, core: Double) {
        let shell = Self.profile(thickness: thickness, core: core)
        let truth = min(max(shell.border / shell.peak, 0.5), 0.75)
        #expect(abs(ThinShell.shared.borderLevel(peak: shell.peak, core: core) - truth) < 0.02)
    }

    @Test func withoutAShellItIsOneHalf() {
        for value in [0.1, 0.3, 0.7] { #expect(ThinShell.shared.borderLevel(peak: value, core: value) == 0.5) }
        #expect(abs(ThinShell.shared.borderLevel(peak: 1, core: 0.2) - 0.5) < 0.03)
        for odd in [Double.nan, .infinity, -3, 12] {
            let level = ThinShell.shared.borderLevel(peak: odd, core: odd)
            #expect(level >= 0.5 && level <= 0.75)
        }
    }
}

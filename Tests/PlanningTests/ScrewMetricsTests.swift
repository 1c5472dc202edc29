import Testing

@testable import Planning

@Suite struct ScrewMetricsTests {
    /// CONTRACT.md: A up to 0.25, B below 2, C below 4, D below 6, E from 6 mm.
    @Test(arguments: [
        (0.0, GertzbeinRobbins.A), (0.25, .A), (0.26, .B), (1.99, .B), (2, .C), (3.99, .C), (4, .D), (5.99, .D),
        (6, .E), (40, .E),
    ])
    func grades(_ breach: Double, _ grade: GertzbeinRobbins) {
        #expect(GertzbeinRobbins(breach: breach) == grade)
    }

    @Test func readsBackFromItsKeys() throws {
        let metrics = ScrewMetrics(
            grade: .B, breach: 1.5, margin: -1.5, medialMargin: 0.5, anteriorMargin: 4, meanDensity: 180,
            convergence: 0.25,
            cranialTilt: -0.125, endplateClearance: 3, isthmusWidth: 8, entryDistance: 0.1, bodyDepthFraction: 0.75)
        let json = metrics.json(diameter: 6)
        #expect(json["isthmus_fill"] == .number(0.75))
        let back = try #require(ScrewMetrics(json: json))
        #expect(back.grade == .B && back.margin == -1.5 && abs(back.convergence - 0.25) < 1e-6)
        var less = json
        less["mean_hu"] = nil
        #expect(ScrewMetrics(json: less) == nil)
    }

    @Test func limitsNameWhatIsBroken() {
        let good = ScrewMetrics(
            grade: .A, breach: 0, margin: 1, medialMargin: 2, anteriorMargin: 5, meanDensity: 200, convergence: 0.2,
            cranialTilt: 0, isthmusWidth: 8, entryDistance: 0)
        #expect(PlanLimits().broken(by: good, diameter: 6).isEmpty)
        var bad = good
        (bad.breach, bad.medialMargin, bad.anteriorMargin, bad.entryDistance) = (1, -0.5, 2, 2.5)
        #expect(
            PlanLimits().broken(by: bad, diameter: 7).map(\.name)
                == [.breach, .medialMargin, .anteriorMargin, .entryDistance, .isthmusFill])
        bad.breach = .nan
        #expect(PlanLimits().broken(by: bad, diameter: 6).first?.name == .breach)
    }
}

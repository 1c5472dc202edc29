import Testing

@testable import Report

@Suite struct LinePlotTests {
    @Test(arguments: [(0.0, 1.0, 5), (0, 17.3, 10), (-3, 3.15, 5), (0, 0.0042, 5), (120, 121, 10), (0, 9e5, 5)])
    func ticksAreRoundAndWithin(_ low: Double, _ high: Double, _ count: Int) throws {
        let ticks = Axes.ticks(from: low, to: high, about: count)
        #expect((2...2 * count + 1).contains(ticks.count))
        #expect(ticks.allSatisfy { $0 >= low - 1e-12 && $0 <= high + 1e-12 })
        let step = ticks[1] - ticks[0]
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { abs($1 - $0 - step) < 1e-9 * step })
        // 1, 2 or 5 times a power of ten.
        var digit = step
        while digit < 0.999 { digit *= 10 }
        while digit > 9.99 { digit /= 10 }
        #expect([1.0, 2, 5].contains { abs($0 - digit) < 1e-6 }, "step \(step)")
    }

    private func plot(_ points: [(x: Double, y: Double)], limit: Double? = nil) -> String {
        LinePlot(
            title: "a < b", xLabel: "t & u", yLabel: "mm",
            curves: [.init(name: "\"one\"", colour: "#000", points: points)], limit: limit
        ).svg()
    }

    @Test func endsOfACurveLieInTheCorners() {
        let text = plot([(0, 0), (10, 100)])
        // Ticks reach 100, and the curve runs from the left lower to the right upper corner.
        #expect(text.contains("points=\"62.0,200.0 866.0,30.0\""))
        #expect(text.contains("a &lt; b") && text.contains("t &amp; u") && text.contains("&quot;one&quot;"))
    }

    @Test func gapsStayGaps() {
        let text = plot([(0, 1), (1, 2), (2, .nan), (3, .infinity), (4, 1), (5, 3)], limit: 2)
        #expect(text.components(separatedBy: "<polyline").count == 3)
        #expect(!text.contains("nan") && !text.contains("inf") && text.contains("class=\"limit\""))
    }

    @Test func nothingToDraw() {
        for points in [[], [(x: 1.0, y: 1.0)], [(1, 1), (1, 2)], [(1, .nan), (2, .nan)]] as [[(x: Double, y: Double)]] {
            #expect(plot(points) == "")
        }
        #expect(!plot([(0, 0), (1, 0)]).isEmpty)
    }
}

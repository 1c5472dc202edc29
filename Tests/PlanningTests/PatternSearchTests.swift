import Testing

@testable import Planning

@Suite struct PatternSearchTests {
    @Test func findsTheBottomOfABowl() {
        let found = PatternSearch(steps: [1, 1, 1], halvings: 14).minimise(from: [4, -3, 2]) { p in
            let (a, b, c) = (p[0] - 1, p[1] + 2, p[2] - 0.5)
            return a * a + 3 * b * b + c * c + 0.5 * a * b
        }
        #expect(abs(found.parameters[0] - 1) < 1e-3 && abs(found.parameters[1] + 2) < 1e-3)
        #expect(found.value < 1e-5)
    }

    @Test func neverEndsWorseThanItBegan() {
        let found = PatternSearch(steps: [1], halvings: 3).minimise(from: [0.3]) { $0[0] == 0.3 ? 1 : 2 }
        #expect(found.parameters == [0.3] && found.value == 1)
    }

    @Test func endsWhereNothingIsFinite() {
        let found = PatternSearch(steps: [1, 1]).minimise(from: [0, 0]) { _ in .infinity }
        #expect(found.parameters == [0, 0])
    }
}

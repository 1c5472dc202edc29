import Frames
import Imaging
import Testing

@testable import Planning

@Suite struct MetricReadingTests {
    private func reading(_ key: String, _ value: JSONValue) -> MetricReading? {
        let item = PlanItem(
            id: "a", kind: .biopsy, level: nil, side: nil, entry: Point(0, 40, 0), target: Point(0, 0, 0), diameter: 2,
            metrics: [key: value])
        return PlanLimits().readings(of: item).first
    }

    /// Limits of `PlanLimits` and of ANCHORS (vessels 3 mm, skull 30°, risk 1), either side of each.
    @Test(arguments: [
        ("breach_mm", 0.0, LimitStanding.held), ("breach_mm", 0.1, .near), ("breach_mm", 0.26, .broken),
        ("medial_margin_mm", 0.4, .near), ("medial_margin_mm", -0.1, .broken), ("anterior_margin_mm", 9, .held),
        ("anterior_margin_mm", 2.9, .broken), ("isthmus_fill", 0.81, .broken), ("convergence_deg", -6, .broken),
        ("convergence_deg", 20, .held), ("convergence_deg", 44, .near), ("vessel_distance_mm", 2.9, .broken),
        ("vessel_distance_mm", 3.5, .near), ("skull_angle_deg", 31, .broken), ("risk", 1.1, .broken),
        ("risk", 0.1, .held), ("p_grade_a", 0.9, .warning), ("p_vessel_clear", 0.9, .warning),
        ("p_grade_a", 0.99, .held),
    ])
    func standsToItsLimit(key: String, value: Double, standing: LimitStanding) throws {
        let found = try #require(reading(key, .number(value)))
        #expect(found.standing == standing, "\(key) \(value)")
        #expect((try #require(found.headroom) < 0) == [.broken, .warning].contains(standing))
    }

    /// A number on its limit, rounded as files round it, does not break it.
    @Test func aNumberOnItsLimitHolds() {
        #expect(reading("anterior_margin_mm", .number(3))?.standing == .near)
        #expect(reading("isthmus_fill", .number(0.8))?.standing == .near)
    }

    @Test func unknownKeysTellTheirUnit() throws {
        let found = try #require(reading("new_vessel_gap_mm", .number(4)))
        #expect(found.name == "new vessel gap" && found.unit == "mm" && found.limit == nil && found.standing == nil)
        #expect(reading("words", .string("x"))?.name == "words")
        #expect(reading("gertzbein_robbins", .string("C"))?.standing == .broken)
        #expect(reading("level_is_certain", .bool(false))?.standing == .warning)
    }

    /// What `plan check` does not ask of a screw beside the pedicle is no limit here either.
    @Test func limitsAreThoseOfTheKind() throws {
        let values: [String: JSONValue] = [
            "anterior_margin_mm": .number(1.6), "artery_margin_mm": .number(0.5), "convergence_deg": .number(-25),
        ]
        func broken(_ kind: PlanItem.Kind) -> [String] {
            let item = PlanItem(
                id: "a", kind: kind, level: AnatomicalLabel(4), side: .left, entry: Point(0, 40, 0),
                target: Point(0, 26, 0), diameter: 3.5, metrics: values)
            return PlanLimits().readings(of: item).filter { $0.standing == .broken }.map(\.key)
        }
        #expect(broken(.lateralMassScrew) == ["artery_margin_mm"])
        #expect(broken(.pedicleScrew) == ["anterior_margin_mm", "convergence_deg"])
    }

    /// A broken limit of `broken(by:diameter:)` is one here too: both come from the same limits, in other units.
    @Test func agreesWithTheBrokenLimits() {
        let limits = PlanLimits()
        let metrics = ScrewMetrics(
            grade: .C, breach: 2.5, margin: -2.5, medialMargin: -1, anteriorMargin: 1, meanDensity: 100,
            convergence: radians(degrees: 50), cranialTilt: radians(degrees: -30), isthmusWidth: 6, entryDistance: 4)
        let item = PlanItem(
            id: "a", kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left, entry: Point(0, 40, 0),
            target: Point(0, 0, 0), diameter: 6, metrics: metrics.json(diameter: 6))
        let broken = limits.readings(of: item).filter { $0.standing == .broken }.map(\.key)
        #expect(
            Set(broken) == [
                "gertzbein_robbins", "breach_mm", "margin_mm", "medial_margin_mm", "anterior_margin_mm",
                "entry_distance_mm", "isthmus_fill", "convergence_deg", "cranial_tilt_deg",
            ])
        // The grade is the breach's, which the list of limits names once.
        #expect(limits.broken(by: metrics, diameter: 6).count == broken.count - 1)
    }
}

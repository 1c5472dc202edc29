import Frames
import Imaging

/// What an editor changes of an item. Coordinates are rounded as the file holds them, so that what is measured while
/// editing is what is read later.
extension PlanItem {
    public static let longestNote = 2000

    /// A person's remark, part of the plan's canonical bytes; `nil` removes it.
    public var note: String? {
        get { others["note"]?.string }
        set { others["note"] = newValue.map(JSONValue.string) }
    }

    /// Moves or resizes the item. What was measured no longer holds and is removed, but for what is known of its level's name.
    ///
    /// - Returns: whether it was possible: finite, within the file's ranges, entry and target apart.
    @discardableResult
    public mutating func place(entry: Point<CT>, target: Point<CT>, diameter: Double) -> Bool {
        let (a, b) = (entry.roundedForFile, target.roundedForFile)
        let range = Self.coordinateRange
        let all = [a.x, a.y, a.z, b.x, b.y, b.z]
        guard all.allSatisfy({ $0.isFinite && range.contains($0) }), Self.diameterRange.contains(diameter),
            Self.lengthRange.contains(a.distance(to: b))
        else { return false }
        (self.entry, self.target, self.diameter) = (a, b, diameter)
        length = Planning.roundedForFile((a.distance(to: b) * 1000).rounded() / 1000)
        forgetMetrics()
        return true
    }

    /// Removes what was measured: the labels or the item are no longer what they were.
    public mutating func forgetMetrics() { metrics = metrics.filter { Self.lastingMetrics.contains($0.key) } }

    /// Puts in what a measurement found.
    public mutating func state(_ measured: ScrewMetrics) {
        metrics.merge(measured.json(diameter: diameter, kind: kind)) { $1 }
    }

    /// Of the labels and the image, not of where the item lies.
    private static let lastingMetrics: Set<String> = [
        "label_accuracy_mm", "level_is_certain", "level_named_by_person", "approach", "avoid_labels", "through_labels",
        "vessels_known",
    ]

    /// One item as a plan's file has it.
    ///
    /// - Throws: `PlanningError.notAPlan`.
    public init(json: JSONValue) throws(PlanningError) {
        try self.init(JSONReader(json, key: "item"))
    }

    public var json: JSONValue { .object(jsonObject) }
}

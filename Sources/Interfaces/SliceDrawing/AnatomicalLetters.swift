import Frames

/// Directions in the patient as radiologists write them: R L, A P, H F; two letters for what lies between.
public enum AnatomicalLetters {
    public static func text(_ way: Vector3) -> String {
        let parts = [(way.x, "L", "R"), (way.y, "P", "A"), (way.z, "H", "F")]
        let sorted = parts.sorted { abs($0.0) > abs($1.0) }
        // Less than 30° off the nearest axis is that axis.
        let shown = sorted.prefix(2).filter { abs($0.0) >= 0.5 * length(way) }
        return shown.map { $0.0 > 0 ? $0.1 : $0.2 }.joined()
    }

    /// Which way is which, in one line, where no letters can stand over a picture.
    public static func compass(right: Vector3, down: Vector3) -> String {
        let ways = [-right, right, -down, down].map(text)
        return "\(ways[0])←→\(ways[1]) \(ways[2])↑↓\(ways[3]) "
    }
}

import Frames

/// Size and place of each label of a map.
public struct LabelCensus: Sendable {
    public struct Entry: Equatable, Sendable {
        public let label: AnatomicalLabel
        public let voxels: Int
        /// Millilitres.
        public let volume: Double
        public let centroid: Point<CT>
        /// Whether it reaches the outermost voxels, so that the image may cut it off.
        public let touchesEdge: Bool
    }

    /// By number.
    public let entries: [Entry]

    public init(_ labels: LabelVolume) {
        var count = [Int](repeating: 0, count: 256)
        var sum = [Vector3](repeating: .zero, count: 256)
        var edge = [Bool](repeating: false, count: 256)
        let size = labels.size
        labels.withVoxels { voxels in
            for z in 0..<size.z {
                for y in 0..<size.y {
                    let row = (z * size.y + y) * size.x
                    let atEdge = z == 0 || y == 0 || z == size.z - 1 || y == size.y - 1
                    for x in 0..<size.x where voxels[row + x] != 0 {
                        let label = Int(voxels[row + x])
                        count[label] += 1
                        sum[label] += Vector3(Double(x), Double(y), Double(z))
                        if atEdge || x == 0 || x == size.x - 1 { edge[label] = true }
                    }
                }
            }
        }
        entries = count.indices.filter { count[$0] > 0 }.map { k in
            Entry(
                label: AnatomicalLabel(UInt8(k)), voxels: count[k],
                volume: Double(count[k]) * labels.geometry.voxelVolume / 1000,
                centroid: labels.geometry.point(GridPoint(sum[k] / Double(count[k]))), touchesEdge: edge[k])
        }
    }
}

/// What in a label map made elsewhere cannot be a spine.
public enum LabelDoubt: Equatable, Sendable {
    case noVertebra
    /// Millilitres, and what a vertebra of that part of the spine can have.
    case volume(AnatomicalLabel, volume: Double, least: Double, most: Double)
    /// The first should lie above the second.
    case order(AnatomicalLabel, AnatomicalLabel)
    /// Neighbours whose centres are so far apart, mm.
    case distance(AnatomicalLabel, AnatomicalLabel, millimetres: Double)
}

extension LabelCensus {
    /// What a person must look at before these labels are used; empty where nothing speaks against them.
    public var doubts: [LabelDoubt] {
        let column = AnatomicalLabel.craniocaudal.compactMap { label in entries.first { $0.label == label } }
        guard column.contains(where: { $0.label.isVertebra }) else { return [.noVertebra] }
        var doubts: [LabelDoubt] = []
        for entry in column {
            let (least, most) = Self.plausibleVolume(entry.label)
            if entry.volume > most || (entry.volume < least && !entry.touchesEdge) {
                doubts.append(.volume(entry.label, volume: entry.volume, least: least, most: most))
            }
        }
        for (upper, lower) in zip(column, column.dropFirst()) {
            let apart = upper.centroid.distance(to: lower.centroid)
            if upper.centroid.z <= lower.centroid.z {
                doubts.append(.order(upper.label, lower.label))
            } else if Self.areNeighbours(upper.label, lower.label), !(5...80).contains(apart) {
                doubts.append(.distance(upper.label, lower.label, millimetres: apart))
            }
        }
        return doubts
    }

    private static func areNeighbours(_ a: AnatomicalLabel, _ b: AnatomicalLabel) -> Bool {
        b.isVertebra && b.number == a.number + 1
    }

    /// Wide on purpose, ml: from a child's vertebral body alone to twice a large adult's whole vertebra with osteophytes.
    private static func plausibleVolume(_ label: AnatomicalLabel) -> (least: Double, most: Double) {
        switch label.number {
        case 1...7: (1.5, 45)
        case 8...19, 28: (2.5, 110)
        case 20...25: (8, 200)
        default: (15, 700)
        }
    }
}

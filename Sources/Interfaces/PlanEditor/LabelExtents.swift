import Imaging

/// How many voxels each label has, and a box that holds them: found once, then kept up with every correction, so that
/// renaming a level need not look at the whole image.
struct LabelExtents: Sendable {
    private(set) var counts = [Int](repeating: 0, count: 256)
    /// Upper ends excluded; empty where a label has none.
    private var boxes = [VoxelBox?](repeating: nil, count: 256)
    private let size: GridSize

    init(_ labels: LabelVolume) {
        size = labels.size
        let size = size
        let slices = labels.withVoxels { voxels in
            let voxels = SharedReadBuffer(voxels)
            return parallelMap(size.z) { Self.slice(voxels, size, $0) }
        }
        for slice in slices { join(slice) }
    }

    private init(size: GridSize) { self.size = size }

    private static func slice(_ voxels: SharedReadBuffer<UInt8>, _ size: GridSize, _ z: Int) -> LabelExtents {
        var found = LabelExtents(size: size)
        for y in 0..<size.y {
            let row = (z * size.y + y) * size.x
            var x = 0
            while x < size.x {
                let value = voxels[row + x]
                let first = x
                while x < size.x, voxels[row + x] == value { x += 1 }
                if value != 0 { found.add(value, first..<x, y, z) }
            }
        }
        return found
    }

    private mutating func add(_ value: UInt8, _ run: Range<Int>, _ y: Int, _ z: Int) {
        counts[Int(value)] += run.count
        let own = VoxelBox(
            lower: VoxelIndex(run.lowerBound, y, z), upper: VoxelIndex(run.upperBound, y + 1, z + 1))
        boxes[Int(value)] = boxes[Int(value)].map { $0.joined(own) } ?? own
    }

    private mutating func join(_ other: LabelExtents) {
        for i in 1..<256 where other.counts[i] > 0 {
            counts[i] += other.counts[i]
            guard let box = other.boxes[i] else { continue }
            boxes[i] = boxes[i].map { $0.joined(box) } ?? box
        }
    }

    /// A box of all voxels of a label, or a larger one that held them once.
    func box(_ label: AnatomicalLabel) -> VoxelBox? {
        counts[Int(label.number)] > 0 ? boxes[Int(label.number)] : nil
    }

    /// Takes in a correction that was made, or taken back: run by run of voxels that follow each other.
    mutating func follow(_ patch: LabelPatch, backwards: Bool = false) {
        let (old, new) = backwards ? (patch.after, patch.before) : (patch.before, patch.after)
        let offsets = patch.offsets
        var i = 0
        while i < offsets.count {
            let (row, x) = Int(offsets[i]).quotientAndRemainder(dividingBy: size.x)
            var n = 1
            while i + n < offsets.count, x + n < size.x, offsets[i + n] == offsets[i] + Int32(n), old[i + n] == old[i],
                new[i + n] == new[i]
            {
                n += 1
            }
            let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
            counts[Int(old[i])] -= n
            add(new[i], x..<(x + n), y, z)
            i += n
        }
    }
}

extension VoxelBox {
    fileprivate func joined(_ other: VoxelBox) -> VoxelBox {
        VoxelBox(
            lower: VoxelIndex(
                min(lower.x, other.lower.x), min(lower.y, other.lower.y), min(lower.z, other.lower.z)),
            upper: VoxelIndex(
                max(upper.x, other.upper.x), max(upper.y, other.upper.y), max(upper.z, other.upper.z)))
    }
}

import Frames
import Imaging

/// The voxels of some labels that have a neighbour of another kind, collected once from a whole label map.
struct BoundaryVoxels: Sendable {
    let volume: LabelVolume
    let isWanted: [Bool]
    /// In the grid's own axes in mm.
    let centres: [Vector3]
    /// One a centre.
    let labels: [UInt8]

    /// `nil` where the map has none of the labels.
    init?(of wanted: Set<AnatomicalLabel>, in volume: LabelVolume, _ survey: LabelSurvey) {
        let there = wanted.filter { survey[$0] != nil }
        guard !there.isEmpty else { return nil }
        let table = (0..<256).map { there.contains(AnatomicalLabel(UInt8($0))) }
        (self.volume, isWanted) = (volume, table)
        let slices = parallelMap(volume.size.z) { Self.slice($0, volume, table) }
        centres = slices.flatMap(\.centres)
        labels = slices.flatMap(\.labels)
    }

    private static func slice(
        _ z: Int, _ volume: LabelVolume, _ table: [Bool]
    ) -> (centres: [Vector3], labels: [UInt8]) {
        let (size, spacing) = (volume.size, volume.geometry.spacing)
        let (row, layer) = (size.x, size.x * size.y)
        var (centres, labels) = ([Vector3](), [UInt8]())
        volume.withVoxels { voxels in
            table.withUnsafeBufferPointer { table in
                func isIn(_ o: Int) -> Bool { table[Int(voxels[o])] }
                for y in 0..<size.y {
                    for x in 0..<size.x where isIn(z * layer + y * row + x) {
                        let o = z * layer + y * row + x
                        let isInner =
                            x > 0 && y > 0 && z > 0 && x < size.x - 1 && y < size.y - 1 && z < size.z - 1
                            && isIn(o - 1) && isIn(o + 1) && isIn(o - row) && isIn(o + row) && isIn(o - layer)
                            && isIn(o + layer)
                        guard !isInner else { continue }
                        centres.append(Vector3(Double(x), Double(y), Double(z)) * spacing)
                        labels.append(voxels[o])
                    }
                }
            }
        }
        return (centres, labels)
    }
}

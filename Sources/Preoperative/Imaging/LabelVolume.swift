import Frames

/// What each voxel of a CT is: a grid of `AnatomicalLabel` numbers, 0 for nothing.
public typealias LabelVolume = Volume<UInt8>

extension Volume where Voxel == UInt8 {
    /// Voxels of each label present, without 0, by label.
    public func counts() -> [AnatomicalLabel: Int] {
        var histogram = [Int](repeating: 0, count: 256)
        withVoxels { for value in $0 { histogram[Int(value)] += 1 } }
        return Dictionary(
            uniqueKeysWithValues: histogram.indices.dropFirst().filter { histogram[$0] > 0 }
                .map { (AnatomicalLabel(UInt8($0)), histogram[$0]) })
    }

    public subscript(label i: VoxelIndex) -> AnatomicalLabel { AnatomicalLabel(self[i]) }
}

import Frames
import Imaging

/// Distances and components on patient grids, as the head's segmentation needs them.
extension PatientGrid where Value == UInt8 {
    private var size: GridSize { GridSize(nx, ny, nz) }

    var bits: BitGrid {
        values.withUnsafeBufferPointer { source in
            let (v, w) = (SharedReader(source), nx)
            return BitGrid(size: size) { row, flags in
                for x in 0..<w where v[row * w + x] != 0 { flags[x] = 1 }
            }
        }
    }

    /// Distance to the mask's other side, mm, negative inside.
    func signedDistance() -> [Float] {
        DistanceTransform.signed(bits, spacing: Vector3(repeating: spacing))
    }

    /// Elements within `distance` mm of the mask.
    func within(_ distance: Float) -> Self {
        let d = signedDistance()
        var result = self
        for i in 0..<count { result.values[i] = d[i] <= distance ? 1 : 0 }
        return result
    }

    /// Where both masks are.
    func and(_ other: Self) -> Self {
        var result = self
        for i in 0..<count where other.values[i] == 0 { result.values[i] = 0 }
        return result
    }

    /// The connected component (six neighbours) that holds an element; empty where that is not in the mask.
    func component(at offset: Int) -> Self {
        let map = ConnectedComponents(of: bits, connectivity: .six).map()
        var result = Self(like: self, filledWith: 0)
        guard map[offset] != 0 else { return result }
        for i in 0..<count where map[i] == map[offset] { result.values[i] = 1 }
        return result
    }

    /// Fills what the mask encloses on all sides, up to `volume` mm³ a hole.
    func filled(volume: Double) -> Self {
        var outside = self
        for i in 0..<count { outside.values[i] = 1 - values[i] }
        let parts = ConnectedComponents(of: outside.bits, connectivity: .six)
        let map = parts.map()
        let most = Int(volume / (spacing * spacing * spacing))
        var result = self
        for i in 0..<count where map[i] != 0 && parts.voxelCounts[Int(map[i]) - 1] <= most { result.values[i] = 1 }
        return result
    }

    /// Components of at least `volume` mm³ alone.
    func withoutSmall(volume: Double) -> Self {
        let least = max(1, Int(volume / (spacing * spacing * spacing)))
        var result = self
        result.values = ConnectedComponents(of: bits, connectivity: .twentySix, smallest: least).painted(background: 0)
        { _ in
            1
        }
        return result
    }

    /// The same mask, elements beyond the grid's edge taken as those on it.
    @inline(__always) func value(near p: Vector3) -> UInt8 {
        guard let i = nearestOffset(p) else { return 0 }
        return values[i]
    }
}

import Frames
import Imaging

/// All bones of a phantom, kept apart from each other and out of the canal.
struct Skeleton: Sendable {
    let bones: [BoneSolid]
    let canal: CanalLine
    let jointGap: Double

    /// The bone to which a point belongs (or is nearest), and the distance to its final surface.
    struct Place: Sendable {
        var bone: Int
        var distance: Double
    }

    /// Fields are only near to distances away from their surface; a bound divides by this.
    static let steepness = 1.6

    /// What of the skeleton can matter within a ball: the bones, with the rods that come near it.
    struct Neighbourhood: Sendable {
        var bones: [BoneSolid] = []
        var numbers: [Int] = []
        var nearCanal = false

        var isEmpty: Bool { bones.isEmpty }
    }

    /// The skeleton within `radius` of `p`; empty where no bone comes so near.
    func neighbourhood(of p: Vector3, radius: Double) -> Neighbourhood {
        var near = Neighbourhood()
        let bound = radius * Self.steepness
        var least = Double.infinity
        for (i, bone) in bones.enumerated() where bone.leastDistance(p) < bound + jointGap + 6 {
            let d = bone.distance(p)
            guard d < bound * 2 + jointGap + 6 else { continue }
            least = min(least, d)
            near.bones.append(bone.near(p, radius: radius, own: d))
            near.numbers.append(i)
        }
        guard least < bound + 1 else { return Neighbourhood() }
        near.nearCanal = canal.distance(canal.coordinates(p)) < bound * 2 + 4
        return near
    }

    /// The final field. Two bones that overlap or nearly touch are parted along the surface midway between them, each
    /// half the gap away: d₁ ← max(d₁, (d₁ − d₂ + gap)/2). The canal is cut out of all.
    @inline(__always) func place(_ p: Vector3, in near: Neighbourhood) -> Place? {
        var (best, first, second) = (-1, Double.infinity, Double.infinity)
        near.bones.withUnsafeBufferPointer { bones in
            for i in bones.indices {
                let d = bones[i].distance(p)
                if d < first { (second, first, best) = (first, d, i) } else if d < second { second = d }
            }
        }
        guard best >= 0 else { return nil }
        return Place(bone: near.numbers[best], distance: final(first, nearest: second, near.nearCanal ? p : nil))
    }

    /// The final field of bone `i` alone.
    func distance(of i: Int, _ p: Vector3) -> Double {
        var second = Double.infinity
        for j in bones.indices where j != i { second = min(second, bones[j].distance(p)) }
        return final(bones[i].distance(p), nearest: second, p)
    }

    /// The final field of the union of bones `parts`, of which some are in `near`.
    func distance(ofAny parts: [Int], _ p: Vector3, in near: Neighbourhood) -> Double {
        let raw = near.bones.map { $0.distance(p) }
        var least = Double.infinity
        for (i, own) in raw.enumerated() where parts.contains(near.numbers[i]) {
            var other = Double.infinity
            for j in raw.indices where j != i { other = min(other, raw[j]) }
            least = min(least, final(own, nearest: other, near.nearCanal ? p : nil))
        }
        return least
    }

    @inline(__always) private func final(_ own: Double, nearest other: Double, _ p: Vector3?) -> Double {
        let parted = other == .infinity ? own : smoothMaximum(own, (own - other + jointGap) / 2, 0.6)
        guard let p, parted < 8 else { return parted }
        return smoothMaximum(parted, -canal.distance(canal.coordinates(p)), 1)
    }
}

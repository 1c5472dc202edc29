/// Brings planes at uneven places to an even grid along their normal, linearly between the two nearest.
struct NormalResampling: Equatable {
    /// The plane below each new one, and how much of the next plane is mixed in.
    let below: [Int]
    let share: [Float]

    /// - Parameter places: ascending, mm, at least two.
    init(_ places: [Double], count: Int, spacing: Double) {
        var (below, share) = ([Int](), [Float]())
        var plane = 0
        for i in 0..<count {
            let z = (places.first ?? 0) + Double(i) * spacing
            while plane + 2 < places.count, places[plane + 1] <= z { plane += 1 }
            let gap = places.count > 1 ? places[plane + 1] - places[plane] : 1
            below.append(plane)
            share.append(Float(min(max((z - places[plane]) / gap, 0), 1)))
        }
        self.below = below
        self.share = share
    }

    var count: Int { below.count }

    func apply(to planes: [Int16], area: Int) -> [Int16] {
        planes.withUnsafeBufferPointer { pointer in
            let source = SharedReadBuffer(pointer)
            return [Int16](unsafeUninitializedCapacity: area * count) { buffer, filled in
                let target = SharedBuffer(buffer)
                parallelFor(count) { plane in
                    let (from, to, share) = (below[plane] * area, plane * area, self.share[plane])
                    for i in 0..<area {
                        let low = Float(source[from + i])
                        let high = share == 0 ? low : Float(source[from + area + i])
                        target[to + i] = Int16((low + (high - low) * share).rounded(.toNearestOrEven))
                    }
                }
                filled = area * count
            }
        }
    }
}

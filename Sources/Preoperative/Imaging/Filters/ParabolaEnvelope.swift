/// The lower envelope of the parabolas h(j) + (i − j)² step² along one column, at its samples.
struct ParabolaEnvelope {
    /// The squared distances of the column's samples, without their signs; one more at each end.
    private let height: UnsafeMutablePointer<Float>
    /// Of the parabolas in the envelope: their own places, and the first samples where they are the lowest.
    private let place, first: UnsafeMutablePointer<Int32>
    /// The parabola that begins at each sample; −1 where none does.
    private let beginning: UnsafeMutablePointer<Int32>
    /// 1 / (2 step² k) for each k.
    private let reciprocal: UnsafeMutablePointer<Double>
    private let step: Float

    /// Lends an envelope for columns of `count` samples.
    static func withScratch(count: Int, step: Double, _ body: (ParabolaEnvelope) -> Void) {
        let room = count + 4
        withUnsafeTemporaryAllocation(of: Double.self, capacity: room) { reciprocal in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * room) { places in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { heights in
                    guard let reciprocal = reciprocal.baseAddress, let place = places.baseAddress,
                        let height = heights.baseAddress
                    else { return }
                    for k in 0..<room { reciprocal[k] = 1 / (2 * step * step * Double(k)) }
                    body(
                        ParabolaEnvelope(
                            height: height + 1, place: place, first: place + room, beginning: place + 2 * room,
                            reciprocal: reciprocal, step: Float(step)))
                }
            }
        }
    }

    /// Improves a column of signed squared distances by what its own samples know of the other side.
    ///
    /// It falls into runs on one side. Beyond a run's ends lie samples of the other side: goals with height 0, behind
    /// which nothing is nearer.
    @inline(__always) func improve(_ column: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { height[i] = abs(column[i]) }
        var start = 0
        while start < count {
            let inside = column[start] < 0
            var end = start + 1
            while end < count, (column[end] < 0) == inside { end += 1 }
            let next = height[end]
            height[start - 1] = 0
            height[end] = 0
            let goals = (start > 0 ? start - 1 : 0)..<(end < count ? end + 1 : count)
            let parabolas = buildEnvelope(start..<end, goals)
            if parabolas > 0 { evaluate(column, start..<end, parabolas, sign: inside ? -1 : 1) }
            height[end] = next
            start = end
        }
    }

    /// - Returns: the number of parabolas that are the lowest at a sample of the run.
    @inline(__always) private func buildEnvelope(_ run: Range<Int>, _ goals: Range<Int>) -> Int {
        var last = -1
        // the uppermost parabola of the stack
        var (k, h, begin) = (0, Double.zero, Int32.zero)
        for j in goals where height[j] < .infinity {
            let own = Double(height[j])
            var crossing = 0.0
            while last >= 0 {
                // relative to the middle between both, so that long columns cost no digits
                crossing = (own - h) * reciprocal[j &- k] + Double(j &+ k) * 0.5
                if crossing >= Double(begin) { break }
                last &-= 1
                guard last >= 0 else { break }
                (k, begin) = (Int(place[last]), first[last])
                h = Double(height[k])
            }
            if last >= 0 {
                guard crossing < Double(run.upperBound - 1) else { continue }
                begin = Int32(truncatingIfNeeded: Int(crossing) &+ 1)
            } else {
                begin = Int32(truncatingIfNeeded: run.lowerBound)
            }
            last &+= 1
            (k, h) = (j, own)
            place[last] = Int32(truncatingIfNeeded: j)
            first[last] = begin
        }
        return last + 1
    }

    @inline(__always) private func evaluate(
        _ column: UnsafeMutablePointer<Float>, _ run: Range<Int>, _ parabolas: Int, sign: Float
    ) {
        (beginning + run.lowerBound).update(repeating: -1, count: run.count)
        for k in 0..<parabolas { beginning[Int(first[k])] = place[k] }
        var own = Int32(-1)
        for i in run {
            // places grow along the envelope
            own = max(own, beginning[i])
            let away = Float(Int32(truncatingIfNeeded: i) &- own) * step
            column[i] = (height[Int(own)] + away * away) * sign
        }
    }
}

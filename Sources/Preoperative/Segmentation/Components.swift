import Imaging

/// One connected set of voxels of a mask.
struct Component: Sendable {
    /// Number of this component in the map of components, from 1.
    let number: Int32
    let count: Int
}

extension PatientGrid where Value == UInt8 {
    /// Connected components over the six faces: a map of their numbers (0 outside), and their sizes in scan order.
    func components(where wanted: (UInt8) -> Bool = { $0 != 0 }) -> (map: [Int32], list: [Component]) {
        var map = [Int32](repeating: 0, count: count)
        var list: [Component] = []
        var stack: [Int32] = []
        let plane = nx * ny
        for start in 0..<count where map[start] == 0 && wanted(values[start]) {
            let number = Int32(list.count + 1)
            var size = 0
            map[start] = number
            stack.append(Int32(start))
            while let top = stack.popLast() {
                size += 1
                let i = Int(top)
                let (row, x) = i.quotientAndRemainder(dividingBy: nx)
                let (z, y) = row.quotientAndRemainder(dividingBy: ny)
                func visit(_ inside: Bool, _ j: Int) {
                    guard inside, map[j] == 0, wanted(values[j]) else { return }
                    map[j] = number
                    stack.append(Int32(j))
                }
                visit(x > 0, i - 1)
                visit(x + 1 < nx, i + 1)
                visit(y > 0, i - nx)
                visit(y + 1 < ny, i + nx)
                visit(z > 0, i - plane)
                visit(z + 1 < nz, i + plane)
            }
            list.append(Component(number: number, count: size))
        }
        return (map, list)
    }

    /// This mask's largest connected component alone; empty where the mask is.
    func largestComponent() -> Self {
        let (map, list) = components()
        var result = Self(like: self, filledWith: 0)
        guard let best = list.max(by: { $0.count < $1.count }) else { return result }
        for i in 0..<count where map[i] == best.number { result.values[i] = 1 }
        return result
    }

    /// Fills what the mask encloses within each axial slice.
    mutating func fillAxialHoles() {
        let (w, h, d) = (nx, ny, nz)
        values.withUnsafeMutableBufferPointer { buffer in
            let mask = SharedBuffer(buffer)
            parallelFor(d) { z in
                let base = z * w * h
                var outside = [Bool](repeating: false, count: w * h)
                var stack: [Int] = []
                func push(_ x: Int, _ y: Int) {
                    guard x >= 0, y >= 0, x < w, y < h, !outside[y * w + x], mask[base + y * w + x] == 0 else { return }
                    outside[y * w + x] = true
                    stack.append(y * w + x)
                }
                for x in 0..<w { push(x, 0); push(x, h - 1) }
                for y in 0..<h { push(0, y); push(w - 1, y) }
                while let i = stack.popLast() {
                    let (y, x) = i.quotientAndRemainder(dividingBy: w)
                    push(x - 1, y); push(x + 1, y); push(x, y - 1); push(x, y + 1)
                }
                for i in 0..<(w * h) where !outside[i] { mask[base + i] = 1 }
            }
        }
    }
}

import Frames
import Imaging

/// What lies within the skin: the largest thing denser than lung, its cavities filled, thin supports (table, cushion,
/// clothes) cut away.
enum BodyMask {
    /// Halfway between air and fat, HU.
    static let skinHU: Float = -450
    /// Half of the thickest support that is cut away, mm.
    static let supportHalfThickness = 4.0

    /// - Returns: 1 inside the body on the grid of `coarse`.
    static func find(in coarse: ScalarGrid) -> MaskGrid {
        var dense = MaskGrid(like: coarse, filledWith: 0)
        for i in 0..<coarse.count where coarse.values[i] > skinHU { dense.values[i] = 1 }
        let steps = max(1, Int((supportHalfThickness / coarse.spacing).rounded()))
        var core = dense.eroded(steps: steps, inPlane: true).largestComponent()
        core = core.dilated(steps: steps + 1, inPlane: true)
        for i in 0..<core.count where dense.values[i] == 0 { core.values[i] = 0 }
        core.fillAxialHoles()
        return core
    }
}

extension PatientGrid where Value == UInt8 {
    /// One step takes away (or adds) what touches the outside over a face; `inPlane` leaves the z neighbours alone.
    func eroded(steps: Int, inPlane: Bool = false) -> Self { morphed(steps: steps, inPlane: inPlane, keeps: 1) }
    func dilated(steps: Int, inPlane: Bool = false) -> Self { morphed(steps: steps, inPlane: inPlane, keeps: 0) }

    /// The image's edge counts as neither inside nor outside.
    private func morphed(steps: Int, inPlane: Bool, keeps: UInt8) -> Self {
        var current = self
        let (w, h, d) = (nx, ny, nz)
        let plane = w * h
        for _ in 0..<steps {
            var next = current
            current.values.withUnsafeBufferPointer { source in
                let v = SharedReader(source)
                next.values.withUnsafeMutableBufferPointer { out in
                    let target = SharedBuffer(out)
                    parallelFor(d) { z in
                        for y in 0..<h {
                            for x in 0..<w {
                                let i = (z * h + y) * w + x
                                guard v[i] == keeps else { continue }
                                let differs =
                                    (x > 0 && v[i - 1] != keeps) || (x + 1 < w && v[i + 1] != keeps)
                                    || (y > 0 && v[i - w] != keeps) || (y + 1 < h && v[i + w] != keeps)
                                    || (!inPlane
                                        && ((z > 0 && v[i - plane] != keeps) || (z + 1 < d && v[i + plane] != keeps)))
                                if differs { target[i] = 1 - keeps }
                            }
                        }
                    }
                }
            }
            current = next
        }
        return current
    }
}

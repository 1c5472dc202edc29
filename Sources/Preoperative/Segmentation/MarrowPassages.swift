import Frames
import Imaging

#if canImport(Glibc)
    import Glibc
#endif

/// Dark marrow that fronts may cross: what cortex encloses within axial slices, however dark it is.
///
/// The pedicles of brittle bone are thin tubes round marrow as dark as muscle; a front that may only run in bright bone
/// does not get from the body to the arch where noise breaks the tube.
struct MarrowPassages {
    /// Sections of pedicles, laminae and articular processes are smaller; those of a sacrum and of ilia are not, mm².
    static let largest = 300.0, largestAtSacrum = 6000.0
    /// The part of a region's outline that the canal may stand for, mm, and breaks in the cortex that are mended.
    static let mostCanal = 0.3, mended = 1.8
    /// Marrow is never mostly fat beside thin cortex alone; what lies between muscles is, HU.
    static let leastMeanHU = -100.0

    /// What a sacrum's marrow has on the mean at least, HU, half way from the fat and nerves of its foramina to the marrow
    /// of the bodies above it.
    static func leastSacralHU(_ density: Double) -> Double { 0.5 * (density - 40) }

    let grid: ScalarGrid
    let curve: SpineCurve
    let shape: CanalShape
    let column: ColumnDepth
    /// Below this height regions may be large, mm.
    let sacrumTop: Double
    /// The mean of the bodies' marrow, HU.
    let density: Double

    /// Marrow of bodies that is brighter than soft tissue by more than noise, HU: then a sacral canal, which lies open to
    /// the marrow beside it, is told from it by being darker than half the way between them.
    static let clearHU = 80.0

    /// - Parameter price: 0 where no bone is; gets `passage` within marrow.
    /// - Returns: 1 in marrow.
    func open(_ price: inout [UInt8], passage: UInt8) -> MaskGrid {
        var marrow = MaskGrid(like: grid, filledWith: 0)
        var bright = MaskGrid(like: grid, filledWith: 0)
        for i in price.indices where price[i] > 0 { bright.values[i] = 1 }
        let steps = max(1, Int((Self.mended / grid.spacing).rounded()))
        let wall = bright.dilated(steps: steps).eroded(steps: steps)
        let plane = grid.nx * grid.ny
        wall.values.withUnsafeBufferPointer { wallIn in
            marrow.values.withUnsafeMutableBufferPointer { out in
                let target = SharedBuffer(out), wall = SharedReader(wallIn)
                parallelFor(grid.nz) { z in
                    guard !isOfNeck(z) else { return }
                    var kind = (0..<plane).map { wall[z * plane + $0] }
                    markCanal(&kind, z)
                    let limit = grid.point(0, 0, z).z < sacrumTop ? Self.largestAtSacrum : Self.largest
                    for region in enclosed(kind, limit / (grid.spacing * grid.spacing)) {
                        let offsets = region.map { z * plane + $0 }
                        let mean = offsets.reduce(0.0) { $0 + Double(grid.values[$1]) } / Double(offsets.count)
                        let least = limit == Self.largest ? Self.leastMeanHU : Self.leastSacralHU(density)
                        guard mean > least else { continue }
                        for i in offsets where limit == Self.largest || isMarrow(i) { target[i] = 1 }
                    }
                }
            }
        }
        for i in price.indices where marrow.values[i] == 1 { price[i] = passage }
        return marrow
    }

    /// Whether an element and those beside it in its slice are as bright as marrow.
    private func isMarrow(_ i: Int) -> Bool {
        guard density > Self.clearHU else { return true }
        var sum: Float = 0
        for row in [i - grid.nx, i, i + grid.nx] { for j in (row - 1)...(row + 1) { sum += grid.values[j] } }
        return Double(sum) / 9 > 0.5 * (Double(BoneThreshold.softTissueHU) + density)
    }

    /// Where the canal's middle lies in a slice, along the curve.
    private func place(_ z: Int) -> (index: Int, left: Double, back: Double, ahead: Double) {
        let height = grid.point(0, 0, z).z
        return curve.place(of: Vector3(curve.middle(at: height), curve.frames[0].centre.y, height))
    }

    private func isOfNeck(_ z: Int) -> Bool {
        let middle = place(z)
        return abs(middle.ahead) < 1 && column.isOfNeck(middle.index)
    }

    /// 2 where the canal is.
    private func markCanal(_ kind: inout [UInt8], _ z: Int) {
        let reach = Int((CanalShape.reach + 4) / grid.spacing)
        let middle = place(z)
        let centre = curve.frames[middle.index].centre
        let cx = Int((centre.x - grid.origin.x) / grid.spacing), cy = Int((centre.y - grid.origin.y) / grid.spacing)
        for y in max(0, cy - reach)..<max(0, min(grid.ny, cy + reach)) {
            for x in max(0, cx - reach)..<max(0, min(grid.nx, cx + reach)) where kind[y * grid.nx + x] == 0 {
                let place = curve.place(of: grid.point(x, y, z))
                guard abs(place.ahead) < 1 else { continue }
                let r = (place.left * place.left + place.back * place.back).squareRoot()
                if r < shape.radius(place.index, angle: atan2(place.back, place.left)) { kind[y * grid.nx + x] = 2 }
            }
        }
    }

    /// The regions of 0 that do not reach the slice's edge.
    private func enclosed(_ kind: [UInt8], _ limit: Double) -> [[Int]] {
        var seen = kind.map { $0 != 0 }
        var stack: [Int] = [], regions: [[Int]] = []
        let (w, h) = (grid.nx, grid.ny)
        for start in seen.indices where !seen[start] {
            var region: [Int] = [], open = false, edge = 0, canal = 0
            seen[start] = true
            stack.append(start)
            while let i = stack.popLast() {
                let (y, x) = i.quotientAndRemainder(dividingBy: w)
                if Double(region.count) <= limit { region.append(i) }
                guard x > 0, y > 0, x < w - 1, y < h - 1 else { open = true; continue }
                for j in [i - 1, i + 1, i - w, i + w] {
                    if kind[j] != 0 { edge += 1 }
                    if kind[j] == 2 { canal += 1 }
                    if !seen[j] { seen[j] = true; stack.append(j) }
                }
            }
            guard !open, Double(region.count) <= limit, Double(canal) <= Self.mostCanal * Double(edge) else { continue }
            regions.append(region)
        }
        return regions
    }
}

extension TerritoryFinder {
    /// The bodies' marrow, where it is darker than bone's threshold; in healthy bone what is dark and enclosed is a canal.
    var faintMarrow: Double? {
        let density = surfaces.compactMap { $0?.meanHU(grid) }.sorted()
        guard !density.isEmpty, density[density.count / 2] < BodySurface.faintHU else { return nil }
        return density[density.count / 2]
    }

    /// Lets fronts cross marrow that cortex encloses.
    func openMarrow(_ price: inout [UInt8], _ density: Double) -> MaskGrid {
        let sacrumTop = segments[0].kind == .sacrum ? discs[0].centre.z : -.infinity
        let passages = MarrowPassages(
            grid: grid, curve: curve, shape: shape, column: column, sacrumTop: sacrumTop, density: density)
        return passages.open(&price, passage: UInt8(min(Double(easiest) * Self.marrowPrice, 250)))
    }

    /// What a step through enclosed marrow costs, in steps through dense bone: as much as through the faintest bone.
    static let marrowPrice = 6.6
}

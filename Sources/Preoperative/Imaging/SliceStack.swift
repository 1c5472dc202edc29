import Frames

/// The slices of one series put in order: which slice lies where in the grid, and what is odd about them.
struct SliceStack: Equatable {
    /// One entry a decoded plane, from low to high along the normal; `nil` where a slice is missing.
    var planes: [DICOMSlice?] = []
    /// For each plane, by how many pixels the slice lies right of and below the grid's first pixel.
    var offsets: [SIMD2<Double>] = []
    /// Whether slices must be moved within their planes.
    var isSheared = false
    /// How decoded planes become those of the image, where they are not even.
    var resampling: NormalResampling?
    /// Slices left out because another lies at the same place; by the plane that they double.
    var doubles: [Int: [DICOMSlice]] = [:]
    /// The image's grid.
    var geometry: GridGeometry
    var irregularities: [Irregularity] = []

    /// Slices nearer than this lie at one place, mm.
    static let samePlace = 0.01
    /// A slice this far from its place on an even grid makes the grid wrong, mm.
    static let placeTolerance = 0.1
    /// Slices may march sideways by so much before the stack is a sheared one, mm.
    static let sidewaysTolerance = 0.25

    /// - Parameter acquisition: the one to take of a series that holds several.
    /// - Throws: `FileProblem` where the slices say nothing of their place, or it makes no grid.
    init(_ slices: [DICOMSlice], acquisition: Int? = nil) throws(FileProblem) {
        let (kept, left) = SliceStack.separate(slices)
        let (chosen, several) = try SliceAcquisitions.choose(SliceStack.sort(kept), wanted: acquisition)
        let (distinct, doubles) = SliceStack.withoutDoubles(chosen)
        let normal = distinct[0].normal
        let places = distinct.map { dot($0.position ?? .zero, normal) }
        let layout = PlaneLayout(places)
        let shear = SliceShear(distinct, places)
        try SliceStack.check(layout, shear, distinct)
        geometry = try SliceStack.grid(distinct[0], layout, shear)
        var planes = [DICOMSlice?](repeating: nil, count: layout.count)
        offsets = [SIMD2<Double>](repeating: SIMD2(0, 0), count: layout.count)
        for (i, plane) in layout.planes.enumerated() {
            (planes[plane], offsets[plane]) = (distinct[i], shear.offsets[i])
        }
        self.planes = planes
        isSheared = shear.isSheared
        if let uneven = layout.uneven, let spacing = layout.spacing {
            resampling = NormalResampling(places, count: uneven.count, spacing: spacing)
        }
        self.doubles = Dictionary(uniqueKeysWithValues: doubles.map { (layout.planes[$0.key], $0.value) })
        irregularities = left + (several.map { [$0] } ?? [])
        irregularities += SliceStack.describe(layout, shear, distinct) + SliceStack.facts(distinct, layout)
    }

    /// Refuses grids out of proportion to the slices that fill them.
    private static func check(
        _ layout: PlaneLayout, _ shear: SliceShear, _ slices: [DICOMSlice]
    ) throws(FileProblem) {
        guard shear.extraColumns <= 2 * slices[0].columns, shear.extraRows <= 2 * slices[0].rows else {
            throw .impossibleGeometry("slices lie beside one another")
        }
        if let uneven = layout.uneven, uneven.count > 4 * slices.count + 4 {
            throw .impossibleGeometry("slices up to \(uneven.largest) mm from one another")
        }
    }

    private static func grid(
        _ first: DICOMSlice, _ layout: PlaneLayout, _ shear: SliceShear
    ) throws(FileProblem) -> GridGeometry {
        var thickness = first.thickness ?? 1
        if !(thickness > 1e-3 && thickness < 1000) { thickness = 1 }
        let lead =
            first.rowDirection * (shear.lead.x * first.columnSpacing)
            + first.columnDirection * (shear.lead.y * first.rowSpacing)
        return try .checked(
            size: GridSize(
                first.columns + shear.extraColumns, first.rows + shear.extraRows, layout.uneven?.count ?? layout.count),
            spacing: Vector3(first.columnSpacing, first.rowSpacing, layout.spacing ?? thickness),
            origin: Point((first.position ?? .zero) + lead),
            direction: Matrix3(columns: first.rowDirection, first.columnDirection, first.normal))
    }

    /// Along the normal; equal places by acquisition, instance and name, so that the order never depends on the folder's.
    private static func sort(_ slices: [DICOMSlice]) throws(FileProblem) -> [DICOMSlice] {
        guard slices.count > 1 else { return slices }
        guard slices.allSatisfy({ $0.position != nil }) else {
            throw .badHeader(field: "ImagePositionPatient", value: "")
        }
        guard slices.allSatisfy(\.oriented) else { throw .badHeader(field: "ImageOrientationPatient", value: "") }
        let normal = slices[0].normal
        return slices.map { (dot($0.position ?? .zero, normal), $0) }.sorted { a, b in
            if a.0 != b.0 { return a.0 < b.0 }
            return (a.1.acquisitionNumber ?? 0, a.1.instanceNumber ?? 0, a.1.path, a.1.frame)
                < (b.1.acquisitionNumber ?? 0, b.1.instanceNumber ?? 0, b.1.path, b.1.frame)
        }.map(\.1)
    }

    private static func withoutDoubles(_ sorted: [DICOMSlice]) -> (distinct: [DICOMSlice], doubles: [Int: [DICOMSlice]])
    {
        var distinct: [DICOMSlice] = []
        var doubles: [Int: [DICOMSlice]] = [:]
        for slice in sorted {
            if let last = distinct.last, let a = last.position, let b = slice.position,
                abs(dot(b - a, last.normal)) < samePlace
            {
                doubles[distinct.count - 1, default: []].append(slice)
            } else {
                distinct.append(slice)
            }
        }
        return (distinct, doubles)
    }
}

import Frames

/// The slices of one series put in order: which slice lies where in the grid, and what is odd about them.
struct SliceStack: Equatable {
    /// One entry a plane of the grid, from low to high along the normal; `nil` where a slice is missing.
    var planes: [DICOMSlice?] = []
    /// Slices left out because another lies at the same place; by the plane that they double.
    var doubles: [Int: [DICOMSlice]] = [:]
    var geometry: GridGeometry
    var irregularities: [Irregularity] = []

    /// Slices nearer than this lie at one place, mm.
    static let samePlace = 0.01
    /// A slice this far from its place on an even grid makes the grid wrong, mm.
    static let placeTolerance = 0.1
    /// Slices may march sideways by so much before the stack is a sheared one, mm.
    static let sidewaysTolerance = 0.25

    /// - Throws: `FileProblem` where the slices say nothing of their place, or it makes no grid.
    init(_ slices: [DICOMSlice]) throws(FileProblem) {
        let (kept, left) = SliceStack.separate(slices)
        irregularities = left
        let sorted = try SliceStack.sort(kept)
        let (distinct, doubles) = SliceStack.withoutDoubles(sorted)
        let normal = distinct[0].normal
        let places = distinct.map { dot($0.position ?? .zero, normal) }
        let layout = PlaneLayout(places)
        var planes = [DICOMSlice?](repeating: nil, count: layout.count)
        for (slice, plane) in zip(distinct, layout.planes) { planes[plane] = slice }
        self.planes = planes
        self.doubles = Dictionary(uniqueKeysWithValues: doubles.map { (layout.planes[$0.key], $0.value) })
        geometry = try SliceStack.grid(distinct[0], count: layout.count, spacing: layout.spacing)
        irregularities += layout.irregularities
        irregularities += SliceStack.tilt(distinct, places).map { [$0] } ?? []
        irregularities += SliceStack.facts(distinct)
    }

    private static func grid(_ first: DICOMSlice, count: Int, spacing: Double?) throws(FileProblem) -> GridGeometry {
        var thickness = first.thickness ?? 1
        if !(thickness > 1e-3 && thickness < 1000) { thickness = 1 }
        return try .checked(
            size: GridSize(first.columns, first.rows, count),
            spacing: Vector3(first.columnSpacing, first.rowSpacing, spacing ?? thickness),
            origin: Point(first.position ?? .zero),
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
            (a.0, a.1.acquisitionNumber, a.1.instanceNumber, a.1.path, a.1.frame)
                < (b.0, b.1.acquisitionNumber, b.1.instanceNumber, b.1.path, b.1.frame)
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

    /// The angle at which slices march away from their normal, where it is more than rounding.
    private static func tilt(_ slices: [DICOMSlice], _ places: [Double]) -> Irregularity? {
        guard slices.count > 1, let first = slices.first?.position, let last = slices.last?.position else { return nil }
        let normal = slices[0].normal
        let sideways = slices.map { slice -> Double in
            let way = (slice.position ?? first) - first
            return length(way - normal * dot(way, normal))
        }
        let whole = last - first
        let along = abs(dot(whole, normal))
        let slant = degrees(radians: angle(whole, normal * (dot(whole, normal) < 0 ? -1 : 1)))
        guard sideways.max() ?? 0 > sidewaysTolerance || (slant > 1 && along > samePlace) else { return nil }
        return Irregularity(.gantryTilt(degrees: slant), .forbidsPlanning)
    }

    private static func facts(_ slices: [DICOMSlice]) -> [Irregularity] {
        var found: [Irregularity] = []
        let deviation = slices.map(\.deviation).max() ?? 0
        if deviation > 1e-5 { found.append(Irregularity(.axesStraightened(deviation: deviation), .mended)) }
        if slices.contains(where: { $0.position == nil || !$0.oriented }) {
            found.append(Irregularity(.noPatientPosition, .forbidsPlanning))
        }
        if slices.contains(where: \.isLossy) { found.append(Irregularity(.lossyCompression, .noted)) }
        let scouts = slices.filter(\.isLocaliser).map(\.path)
        if !scouts.isEmpty { found.append(Irregularity(.localisers(files: scouts), .forbidsPlanning)) }
        if slices.count == 1 { found.append(Irregularity(.singleSlice, .forbidsPlanning)) }
        if let other = slices.first(where: { $0.modality != "CT" })?.modality {
            found.append(Irregularity(.notCT(modality: other), .forbidsPlanning))
        }
        return found
    }
}

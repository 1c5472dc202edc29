import Frames

extension SliceStack {
    /// Keeps the largest group of slices that share size, spacing, orientation and frame of reference, and says what was
    /// left out. Scout images leave quietly; anything else left out forbids planning, since nobody knows what it was.
    static func separate(_ slices: [DICOMSlice]) -> (kept: [DICOMSlice], irregularities: [Irregularity]) {
        var groups: [[DICOMSlice]] = []
        for slice in slices {
            if let i = groups.firstIndex(where: { $0[0].sharesGrid(with: slice) }) {
                groups[i].append(slice)
            } else {
                groups.append([slice])
            }
        }
        // Real slices come before scouts, larger groups before smaller, and the first found wins a tie.
        let best = groups.indices.min { a, b in
            let (x, y) = (groups[a], groups[b])
            return (x[0].isLocaliser ? 1 : 0, -x.count, a) < (y[0].isLocaliser ? 1 : 0, -y.count, b)
        }
        guard let best else { return (slices, []) }
        let kept = groups[best]
        let left = groups.indices.filter { $0 != best }.flatMap { groups[$0] }
        return (kept, irregularities(left, beside: kept[0]))
    }

    private static func irregularities(_ left: [DICOMSlice], beside kept: DICOMSlice) -> [Irregularity] {
        let scouts = left.filter { $0.isLocaliser && !kept.isLocaliser }
        let others = left.filter { !($0.isLocaliser && !kept.isLocaliser) }
        let strange = others.filter { $0.frameOfReferenceUID != kept.frameOfReferenceUID }
        let mixed = others.filter { $0.frameOfReferenceUID == kept.frameOfReferenceUID }
        var found: [Irregularity] = []
        if !scouts.isEmpty { found.append(Irregularity(.localisers(files: names(scouts)), .mended)) }
        if !strange.isEmpty {
            found.append(Irregularity(.mixedFramesOfReference(files: names(strange)), .forbidsPlanning))
        }
        if !mixed.isEmpty { found.append(Irregularity(.mixedGrids(files: names(mixed)), .forbidsPlanning)) }
        return found
    }

    private static func names(_ slices: [DICOMSlice]) -> [String] { Array(Set(slices.map(\.path))).sorted() }
}

extension DICOMSlice {
    /// Whether both slices can be planes of one grid: directions to 0.06°, spacing to 1e-4.
    func sharesGrid(with other: DICOMSlice) -> Bool {
        rows == other.rows && columns == other.columns && isLocaliser == other.isLocaliser
            && frameOfReferenceUID == other.frameOfReferenceUID
            && length(rowDirection - other.rowDirection) < 1e-3
            && length(columnDirection - other.columnDirection) < 1e-3
            && abs(rowSpacing / other.rowSpacing - 1) < 1e-4 && abs(columnSpacing / other.columnSpacing - 1) < 1e-4
    }
}

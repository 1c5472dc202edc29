import Frames

extension SliceStack {
    private static let mostGroups = 64

    /// Keeps the largest group of slices that share patient, frame of reference, size, spacing and orientation, and
    /// says what was left out. Scout images leave quietly; anything else left out forbids planning, since nobody
    /// knows what it was.
    static func separate(_ slices: [DICOMSlice]) -> (kept: [DICOMSlice], irregularities: [Irregularity]) {
        var groups: [[DICOMSlice]] = []
        // No series has so many grids; a file made to have one a frame must not cost the square of its frames.
        var rest: [DICOMSlice] = []
        for slice in slices {
            if let i = groups.firstIndex(where: { $0[0].sharesGrid(with: slice) }) {
                groups[i].append(slice)
            } else if groups.count < mostGroups {
                groups.append([slice])
            } else {
                rest.append(slice)
            }
        }
        // Real slices come before scouts, larger groups before smaller, and the first found wins a tie.
        let best = groups.indices.min { a, b in
            let (x, y) = (groups[a], groups[b])
            return (x[0].isLocaliser ? 1 : 0, -x.count, a) < (y[0].isLocaliser ? 1 : 0, -y.count, b)
        }
        guard let best else { return (slices, []) }
        let kept = groups[best]
        let left = groups.indices.filter { $0 != best }.flatMap { groups[$0] } + rest
        return (kept, irregularities(left, beside: kept[0]))
    }

    private static func irregularities(_ left: [DICOMSlice], beside kept: DICOMSlice) -> [Irregularity] {
        var groups: [[DICOMSlice]] = [[], [], [], []]
        for slice in left {
            if slice.isLocaliser, !kept.isLocaliser {
                groups[0].append(slice)
            } else if slice.patientID != kept.patientID {
                groups[1].append(slice)
            } else if slice.frameOfReferenceUID != kept.frameOfReferenceUID {
                groups[2].append(slice)
            } else {
                groups[3].append(slice)
            }
        }
        let references = groups.map { group in
            group.sorted { ($0.path, $0.frame) < ($1.path, $1.frame) }.map(\.reference)
        }
        let found = [
            Irregularity(.localisers(slices: references[0]), .mended),
            Irregularity(.mixedPatients(slices: references[1]), .forbidsPlanning),
            Irregularity(.mixedFramesOfReference(slices: references[2]), .forbidsPlanning),
            Irregularity(.mixedGrids(slices: references[3]), .forbidsPlanning),
        ]
        return zip(found, references).filter { !$0.1.isEmpty }.map(\.0)
    }
}

extension DICOMSlice {
    /// Whether both slices can be planes of one grid: directions to 0.06°, spacing to 1e-4.
    func sharesGrid(with other: DICOMSlice) -> Bool {
        rows == other.rows && columns == other.columns && isLocaliser == other.isLocaliser
            && frameOfReferenceUID == other.frameOfReferenceUID && patientID == other.patientID
            && length(rowDirection - other.rowDirection) < 1e-3
            && length(columnDirection - other.columnDirection) < 1e-3
            && abs(rowSpacing / other.rowSpacing - 1) < 1e-4 && abs(columnSpacing / other.columnSpacing - 1) < 1e-4
    }
}

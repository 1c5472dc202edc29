import Frames

/// What is odd about the slices of a stack, in the words of `Irregularity`.
extension SliceStack {
    /// No scanner's gantry leans further (30° is the usual end), degrees.
    static let steepestGantry = 35.0
    /// The header's tilt and that of the positions may differ by this, degrees.
    static let tiltTolerance = 1.0

    /// Between slices this much may go unmeasured before a pedicle's wall can hide there, mm.
    static let widestGap = 1.5

    static func describe(_ layout: PlaneLayout, _ shear: SliceShear, _ slices: [DICOMSlice]) -> [Irregularity] {
        var found: [Irregularity] = []
        if layout.missing > 0 {
            found.append(
                Irregularity(
                    .missingSlices(after: layout.holes.map { slices[$0].reference }, count: layout.missing),
                    .forbidsPlanning))
        }
        if let uneven = layout.uneven {
            let kind = Irregularity.Kind.unevenSpacing(
                smallest: uneven.smallest, largest: uneven.largest, slices: uneven.slices.map { slices[$0].reference })
            found.append(Irregularity(kind, uneven.isHarmless ? .mended : .forbidsPlanning))
        }
        if !shear.beside.isEmpty {
            let kind = Irregularity.Kind.sidewaysSlices(
                millimetres: shear.furthest, slices: shear.beside.map { slices[$0].reference })
            found.append(Irregularity(kind, .forbidsPlanning))
        }
        return found + tilt(shear, slices)
    }

    private static func tilt(_ shear: SliceShear, _ slices: [DICOMSlice]) -> [Irregularity] {
        var found: [Irregularity] = []
        if shear.degrees > 0 {
            let effect: IrregularityEffect = shear.degrees <= steepestGantry ? .mended : .forbidsPlanning
            found.append(Irregularity(.gantryTilt(degrees: shear.degrees), effect))
        }
        guard slices.count > 1 else { return found }
        let header = slices.compactMap { $0.gantryTilt.map { abs($0) } }.max {
            abs($0 - shear.degrees) < abs($1 - shear.degrees)
        }
        if let header, header > 0, abs(header - shear.degrees) > tiltTolerance {
            found.append(
                Irregularity(.gantryTiltUnclear(header: header, positions: shear.degrees), .forbidsPlanning))
        }
        return found
    }

    static func facts(_ slices: [DICOMSlice], _ layout: PlaneLayout) -> [Irregularity] {
        var found: [Irregularity] = []
        let deviation = slices.map(\.deviation).max() ?? 0
        if deviation > 1e-5 { found.append(Irregularity(.axesStraightened(deviation: deviation), .mended)) }
        if slices.contains(where: { $0.position == nil || !$0.oriented }) {
            found.append(Irregularity(.noPatientPosition, .forbidsPlanning))
        }
        if slices.contains(where: \.isLossy) { found.append(Irregularity(.lossyCompression, .noted)) }
        let scouts = slices.filter(\.isLocaliser).map(\.reference)
        if !scouts.isEmpty { found.append(Irregularity(.localisers(slices: scouts), .forbidsPlanning)) }
        if slices.count == 1 { found.append(Irregularity(.singleSlice, .forbidsPlanning)) }
        if let other = slices.first(where: { $0.modality != "CT" })?.modality {
            found.append(Irregularity(.notCT(modality: other), .forbidsPlanning))
        }
        if let unit = slices.map(\.rescaleType).first(where: { !["", "HU"].contains($0) }) {
            found.append(Irregularity(.notHounsfield(unit: unit), strangeUnit(unit)))
        }
        return found + extent(slices, layout)
    }

    /// US says that nobody named the unit, HU_MOD that a reconstruction changed the HU a little; other units are no HU.
    private static func strangeUnit(_ unit: String) -> IrregularityEffect {
        ["US", "HU_MOD"].contains(unit) ? .noted : .forbidsPlanning
    }

    private static func extent(_ slices: [DICOMSlice], _ layout: PlaneLayout) -> [Irregularity] {
        var found: [Irregularity] = []
        let thicknesses = slices.compactMap(\.thickness)
        if slices.count > 1, thicknesses.count == slices.count, let thickest = thicknesses.max(), thickest > 0,
            let spacing = layout.uneven?.largest ?? layout.spacing, spacing > 1.05 * thickest + placeTolerance
        {
            let kind = Irregularity.Kind.gapsBetweenSlices(thickness: thickest, spacing: spacing)
            found.append(Irregularity(kind, spacing - thickest > widestGap ? .forbidsPlanning : .noted))
        }
        if Set(slices.map(\.acquisitionNumber)).count == 1, slices[0].framesInFile == 1,
            let announced = slices[0].announcedImages.flatMap({ Int(exactly: $0) }), announced > slices.count,
            announced < 100_000, slices.allSatisfy({ $0.announcedImages == slices[0].announcedImages })
        {
            found.append(Irregularity(.fewerImagesThanAnnounced(announced: announced, found: slices.count), .noted))
        }
        return found
    }
}

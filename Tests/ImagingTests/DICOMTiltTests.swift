import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// A scan with a tilted gantry, made slice by slice from a formula: straight wires in air.
@Suite struct DICOMTiltTests {
    /// A wire through `point` along `direction`, as a Gaussian profile in air; LPS, mm.
    struct Wire {
        var point: Vector3
        var direction: Vector3

        func distance(_ p: Vector3) -> Double {
            let way = p - point
            return length(way - direction * dot(way, direction))
        }
        func hounsfield(_ p: Vector3) -> Double { -1000 + 3000 * exp(-distance(p) * distance(p) / (2 * 0.9 * 0.9)) }
    }

    private let spacing = (column: 0.6, row: 0.7, along: 2.0)
    private let size = (columns: 60, rows: 50, slices: 24)

    /// Slices whose normal leans by `tilt` from the table's axis, along which they march.
    private func series(_ wires: [Wire], tilt: Double, header: Double?, table: Vector3 = Vector3(0, 0, 1))
        -> [CraftedDataSet]
    {
        let column = Vector3(0, cos(tilt), -sin(tilt))
        return (0..<size.slices).map { k in
            let corner = Vector3(-18, -17 * cos(tilt), 17 * sin(tilt)) + table * (Double(k) * spacing.along)
            var pixels: [UInt16] = []
            for r in 0..<size.rows {
                for c in 0..<size.columns {
                    let p =
                        corner + Vector3(1, 0, 0) * (Double(c) * spacing.column) + column * (Double(r) * spacing.row)
                    let hu = wires.map { $0.hounsfield(p) }.max() ?? -1000
                    pixels.append(UInt16((hu + 1024).rounded()))
                }
            }
            var slice = CraftedDataSet.image(columns: size.columns, rows: size.rows, pixels: pixels)
            slice.place(
                "\(corner.x)\\\(corner.y)\\\(corner.z)", orientation: "1\\0\\0\\0\\\(column.y)\\\(column.z)",
                spacing: "\(spacing.row)\\\(spacing.column)", instance: k + 1)
            if let header { slice[0x0018_1120] = .ds(header) }
            return slice
        }
    }

    private func read(_ slices: [CraftedDataSet]) throws -> LoadedImage {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (i, slice) in slices.enumerated() { try slice.data.write(to: folder.appendingPathComponent("\(i)")) }
        return try ImageReader.read(folder.path)
    }

    /// Where the wire crosses each plane of an image: the bright pixels' centre of mass.
    private func crossings(_ ct: Volume<Int16>, near wire: Wire) -> [Vector3] {
        (0..<ct.size.z).compactMap { plane in
            var (sum, weight) = (Vector3.zero, 0.0)
            for y in 0..<ct.size.y {
                for x in 0..<ct.size.x {
                    let p = ct.geometry.point(VoxelIndex(x, y, plane)).coordinates
                    let value = Double(ct[VoxelIndex(x, y, plane)]) + 1000
                    guard value > 60, wire.distance(p) < 5 else { continue }
                    sum += p * value
                    weight += value
                }
            }
            return weight > 0 ? sum / weight : nil
        }
    }

    @Test(arguments: [12.0, 18.5, -15.0, 30.0])
    func aStraightWireComesBackStraight(_ degrees: Double) throws {
        let tilt = radians(degrees: degrees)
        // One along the table, one across everything.
        let wires = [
            Wire(point: Vector3(-8, 0, 0), direction: Vector3(0, 0, 1)),
            Wire(point: Vector3(8, -8, 0), direction: normalized(Vector3(-0.1, 0.3, 1))!),
        ]
        let image = try read(series(wires, tilt: tilt, header: abs(degrees)))
        #expect(image.allowsPlanning)
        guard case .gantryTilt(let found) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(abs(found - abs(degrees)) < 1e-3)
        #expect(image.irregularities.map(\.effect) == [.mended])
        let g = image.ct.geometry
        #expect(g.size.z == size.slices)
        #expect(abs(g.spacing.z - 2 * cos(tilt)) < 1e-6)
        for wire in wires {
            let places = crossings(image.ct, near: wire)
            #expect(places.count == size.slices)
            let worst = places.map { wire.distance($0) }.max() ?? .infinity
            #expect(worst < 0.05, "\(worst) mm")
        }
        // Read as a plain stack, the wire would march away by sin(tilt) times the 46 mm that the table moved.
        #expect(g.size.y == size.rows + Int((46 * abs(sin(tilt)) / spacing.row).rounded(.up)))
    }

    @Test func valuesKeepTheirHeight() throws {
        let wire = Wire(point: Vector3(0, 0, 0), direction: Vector3(0, 0, 1))
        let slices = series([wire], tilt: radians(degrees: 20), header: nil)
        let image = try read(slices)
        #expect(try read(series([wire], tilt: 0, header: 0)).irregularities.isEmpty)
        // No voxel brighter or darker than any that was measured, but for the air where nothing was.
        let brightest = slices.flatMap { slice -> [UInt16] in
            guard case .shorts(_, let words) = slice[0x7FE0_0010] else { return [] }
            return words
        }.max()!
        #expect(image.ct.range.largest <= Int16(brightest) - 1024)
        #expect(image.ct.range.smallest == -1024)
        #expect(image.ct.voxels.filter { $0 < -1000 }.allSatisfy { $0 == -1024 })
        let peaks = (0..<size.slices).map { plane -> Int16 in
            (0..<image.ct.size.y).flatMap { y in (0..<image.ct.size.x).map { image.ct[VoxelIndex($0, y, plane)] } }
                .max()!
        }
        #expect(peaks.min()! > 1500)
    }

    @Test func contradictionsForbid() throws {
        let wire = Wire(point: Vector3(0, 0, 0), direction: Vector3(0, 0, 1))
        func kinds(_ slices: [CraftedDataSet]) throws -> [Irregularity.Kind] {
            let image = try read(slices)
            #expect(!image.allowsPlanning)
            return image.irregularities.filter { $0.effect == .forbidsPlanning }.map(\.kind)
        }
        // The header says tilted, the positions do not; and the other way round with another angle.
        #expect(try kinds(series([wire], tilt: 0, header: 18.5)) == [.gantryTiltUnclear(header: 18.5, positions: 0)])
        guard case .gantryTiltUnclear(25, let positions) = try kinds(series([wire], tilt: 0.3, header: -25)).first
        else {
            Issue.record("a wrong angle passes")
            return
        }
        #expect(abs(positions - 0.3 * 180 / .pi) < 1e-3)
        // No gantry leans by 40°.
        guard case .gantryTilt(let steep) = try kinds(series([wire], tilt: radians(degrees: 40), header: nil)).first
        else {
            Issue.record("40° pass")
            return
        }
        #expect(abs(steep - 40) < 1e-3)
        // One slice beside the others.
        var slices = series([wire], tilt: 0, header: nil)
        slices[7].place("-15\\-17\\14", spacing: "0.7\\0.6", instance: 8)
        guard case .sidewaysSlices(let millimetres, let named) = try kinds(slices).first else {
            Issue.record("a slice beside the others passes")
            return
        }
        #expect(named.map(\.instanceNumber) == [8])
        #expect(abs(millimetres - 3) < 0.1)
    }

    @Test func theWriterTiltsAsAScannerDoes() throws {
        let grid = try GridGeometry(
            size: GridSize(60, 50, 20), spacing: Vector3(0.6, 0.7, 2), origin: Point(-18, -17, 5))
        let scan = try TiltedScan(grid, tilt: radians(degrees: 17))
        let wire = Wire(point: Vector3(3, -8, 5), direction: normalized(Vector3(-0.1, 0.3, 1))!)
        let values = scan.planes.flatMap { plane in
            (0..<plane.size.count).map { i in
                Int16(wire.hounsfield(plane.point(plane.index(offset: i)).coordinates).rounded())
            }
        }
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("series").path
        try ImageWriter.writeDICOM(values, of: scan, metadata: ImageMetadata(format: .dicom), to: path)
        let image = try ImageReader.read(path)
        guard case .gantryTilt(let found) = image.irregularities.first?.kind else {
            Issue.record("\(image.irregularities)")
            return
        }
        #expect(abs(found - 17) < 1e-3 && image.allowsPlanning)
        let places = crossings(image.ct, near: wire)
        #expect(places.count == 20)
        #expect((places.map { wire.distance($0) }.max() ?? .infinity) < 0.05)
    }
}

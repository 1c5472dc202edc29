import Imaging
import Meshing

/// One piece of work to be timed: prepared outside of the clock, then run several times.
struct Kernel: Sendable {
    let name: String
    /// What its work is counted in.
    let unit: String
    /// The row of the peers' `bench_imaging.py` that does the same, and the ratio to it that we must keep.
    let peer: (name: String, limit: Double)?
    /// Gives the work, how much of it there is, and what to note about its result.
    let prepare: @Sendable (Input) throws -> (amount: Double, run: () throws -> String)

    init(
        _ name: String, unit: String = "voxel", peer: (name: String, limit: Double)? = nil,
        prepare: @escaping @Sendable (Input) throws -> (amount: Double, run: () throws -> String)
    ) {
        (self.name, self.unit, self.peer, self.prepare) = (name, unit, peer, prepare)
    }

    /// Runs it once to warm up, then `repeats` times.
    func measure(_ input: Input, repeats: Int) throws -> Measurement {
        let (amount, run) = try prepare(input)
        let before = Clock.peakMemory()
        var note = try run()
        var times: [Double] = []
        for _ in 0..<repeats {
            let start = Clock.milliseconds()
            note = try run()
            times.append(Clock.milliseconds() - start)
        }
        return Measurement(
            kernel: name, ms: times.median, least_ms: times.min() ?? 0, repeats: repeats, unit: unit,
            millions_per_s: amount / times.median / 1000, peak_mb: Clock.peakMemory(), input_mb: before, note: note)
    }
}

/// What the kernels work on: a folder made by the peers' `make_phantom.py`.
struct Input {
    /// Holds `ct.mha`, `labels.mha` and the series `dicom/`.
    let folder: String

    func image() throws -> Volume<Int16> { try ImageReader.read("\(folder)/ct.mha").ct }

    /// Bone after a Gaussian of 1 mm, so that it is no noise.
    func bone() throws -> (BitGrid, GridGeometry) {
        let ct = try image()
        return (BitGrid(ct.gaussianFiltered(sigma: 1), above: 200), ct.geometry)
    }

    /// The surface of the same.
    func mesh() throws -> TriangleMesh {
        try SurfaceExtraction.isosurface(of: image().gaussianFiltered(sigma: 1), at: 200)
    }

    /// The third of the phantom's vertebrae as L3, its shell and its core.
    func vertebra() throws -> LabelVolume {
        let known = Dictionary(uniqueKeysWithValues: (1...255).map { ($0, AnatomicalLabel(UInt8($0))) })
        var labels = try LabelReader.read("\(folder)/labels.mha", on: nil, map: known)
        labels.withMutableVoxels { for i in $0.indices { $0[i] = $0[i] == 13 || $0[i] == 23 ? 22 : 0 } }
        return labels
    }
}

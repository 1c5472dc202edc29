import Frames
import Imaging
import Meshing
import Testing

@testable import PhantomKit

@Suite struct ImageAgreementTests {
    /// Along the truth's normals, the place where the image passes half way from the soft tissue outside to the cortex.
    ///
    /// Uses the image's own interpolation and the mesh's triangles, not the sampler's field.
    @Test func boneBoundaryOfTheImageIsTheTruths() throws {
        let phantom = try lumbar()
        for label in [AnatomicalLabel(20), AnatomicalLabel(22), AnatomicalLabel(24)] {
            let mesh = try phantom.mesh(of: label, spacing: 0.7)
            let bounds = try #require(mesh.bounds)
            let size = bounds.high - bounds.low
            let geometry = try box(
                round: bounds.low + size * 0.5, size: size.vector + Vector3(12, 12, 12), spacing: Vector3(0.7, 0.7, 1))
            let ct = phantom.sample(geometry, seed: 3)
            var offsets: [Double] = []
            for i in stride(from: 0, to: mesh.triangles.count, by: 23) {
                let (a, b, c) = mesh.corners(i)
                guard let normal = normalized(mesh.areaVector(i)) else { continue }
                let p = (a.coordinates + b.coordinates + c.coordinates) / 3
                if let offset = crossing(ct, p, normal) { offsets.append(offset) }
            }
            let mean = offsets.reduce(0, +) / Double(offsets.count)
            let rms = (offsets.reduce(0) { $0 + $1 * $1 } / Double(offsets.count)).squareRoot()
            print("boundary \(label.name): RMS \(rms) mm, mean \(mean) mm, \(offsets.count) profiles")
            #expect(offsets.count > 2000)
            #expect(rms <= 0.3)
            #expect(abs(mean) < 0.1)
        }
    }

    /// `nil` where there is other bone or gas near outside.
    private func crossing(_ ct: Volume<Int16>, _ p: Vector3, _ normal: Vector3) -> Double? {
        func value(_ s: Double) -> Double? { ct.interpolated(at: Point(p + normal * s)) }
        let outside = [1.6, 2.0, 2.4].compactMap(value)
        guard outside.count == 3, outside.allSatisfy({ (-250...220).contains($0) }) else { return nil }
        let inside = stride(from: -1.6, through: 0.2, by: 0.1).compactMap(value)
        guard let peak = inside.max() else { return nil }
        let half = (outside.reduce(0, +) / 3 + peak) / 2
        var s = 1.6
        while s > -1.6 {
            guard let a = value(s), let b = value(s - 0.05) else { return nil }
            if a < half, b >= half { return s - 0.05 * (half - a) / (b - a) }
            s -= 0.05
        }
        return nil
    }

    /// The centre of gravity of each sphere in the image is where the truth says, and it touches the skin.
    @Test func fiducialsAreWhereTheTruthSays() throws {
        let phantom = try lumbar()
        #expect(phantom.fiducials.count == 4)
        for fiducial in phantom.fiducials {
            let c = fiducial.centre.coordinates
            #expect(abs(phantom.soft.skinDistance(c, phantom.skeleton.canal.coordinates(c)) - 3) < 0.3)
            let geometry = try box(round: fiducial.centre, size: Vector3(14, 14, 14), spacing: Vector3(0.7, 0.7, 1))
            let ct = phantom.sample(geometry, seed: 2)
            var (sum, weight) = (Vector3.zero, 0.0)
            for i in ct.voxels.indices where ct.voxels[i] > 300 {
                let w = Double(ct.voxels[i])
                sum += geometry.point(geometry.index(offset: i)).coordinates * w
                weight += w
            }
            #expect(length(sum / weight - c) < 0.12)
            #expect((ct.voxels.max() ?? 0) > 2000)
        }
        let points = phantom.fiducials.map(\.centre.coordinates)
        let sides = (0..<4).flatMap { i in (i + 1..<4).map { length(points[i] - points[$0]) } }.sorted()
        // No two distances alike, so that no wrong pairing fits.
        #expect(zip(sides, sides.dropFirst()).allSatisfy { $1 - $0 > 3 })
    }

    @Test func tissuesHaveTheirGreyValues() throws {
        let phantom = try lumbar()
        let geometry = try phantom.geometry(spacing: Vector3(2, 2, 3))
        let (ct, labels) = (phantom.sample(geometry, seed: 1), phantom.labels(geometry))
        func median(_ label: AnatomicalLabel) -> Int16 {
            let values = labels.voxels.indices.filter { labels.voxels[$0] == label.number }.map { ct.voxels[$0] }
                .sorted()
            return values.isEmpty ? 0 : values[values.count / 2]
        }
        #expect((75...105).contains(median(.disc)))
        #expect((105...160).contains(median(.vessel)))
        #expect((180...450).contains(median(AnatomicalLabel(22))))
        #expect((-1003 ... -997).contains(median(AnatomicalLabel(0))))
        let counts = labels.counts()
        for label in [19, 20, 21, 22, 23, 24, 26, 102, 103, 104, 110, 111, 112] as [UInt8] {
            #expect((counts[AnatomicalLabel(label)] ?? 0) > 50)
        }
    }

    @Test func osteoporosisIsAnEdit() throws {
        let text = try lumbarText().replacingOccurrences(
            of: "cancellous_hu: [130, 250]", with: "cancellous_hu: [20, 80]"
        )
        .replacingOccurrences(of: "cortical_thickness_mm: 1.2", with: "cortical_thickness_mm: 0.7")
        let weak = try Phantom(.parse(text))
        let geometry = try box(
            round: weak.bodyCentre(AnatomicalLabel(22)), size: Vector3(12, 12, 10), spacing: Vector3(1, 1, 1))
        func mean(_ v: Volume<Int16>) -> Double { v.voxels.reduce(0.0) { $0 + Double($1) } / Double(v.voxels.count) }
        #expect((20...80).contains(mean(weak.sample(geometry, seed: 1))))
        #expect((130...250).contains(mean(try lumbar().sample(geometry, seed: 1))))
    }
}

import Frames
import Imaging
import LinearAlgebra
import Uncertainty

extension ImageSamples {
    /// How far apart two poses bring the compared places, RMS mm.
    func rmsDistance(_ a: Pose<CT, MovingImage>, _ b: Pose<CT, MovingImage>) -> Double {
        let way = b * a.inverse
        let theta = way.rotation.rotationVector
        let shift = (way * centre).distance(to: centre)
        // for places spread alike in all directions
        return (shift * shift + squaredLength(theta) * arm * arm * 2 / 3).squareRoot()
    }
}

extension MutualInformation.Value {
    /// Information for what the images share: a pose that leaves most of the image out says little.
    var score: Double { information * min(1, overlap / 0.4) }
}

extension ImageFit {
    /// What the images tell about one another beyond chance, nats, and the part of it that is lost when the image is
    /// moved off by so many mm: the least of six ways.
    func meaning(at top: Summit, distance: Double) -> (information: Double, sharpness: Double) {
        let shuffled = MutualInformation(samples: measure.samples.shuffled(seed: 1), moving: measure.moving)
        let chance = shuffled.value(at: top.pose).information
        let meant = top.value.information - chance
        // as much again as chance alone is the least that counts: unrelated images have nothing to be sharp about
        guard meant > chance, meant > 0 else { return (meant, 0) }
        let lost = (0..<6).map { k in
            var way = SixVector()
            way.shift[k % 3] = k < 3 ? distance : -distance
            return (top.value.information - measure.value(at: moved(top.pose, by: way)).information) / meant
        }
        return (meant, lost.min() ?? 0)
    }

    /// How far each half of the image, cut across each axis, moves when it is registered by itself: RMS mm, and what
    /// the pose's covariance lets one expect there.
    ///
    /// A spine that bent, or another patient, fits as a whole but not in its parts.
    func halves(at top: Summit, _ covariance: PoseCovariance<CT, MovingImage>?) -> [(moved: Double, expected: Double)] {
        let ways = [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)].flatMap { [$0, -$0] }
        return ways.map { way in
            let samples = measure.samples.half(towards: way)
            var part = self
            part.measure = MutualInformation(samples: samples, moving: measure.moving)
            let some = stride(from: 0, to: samples.places.count, by: max(samples.places.count / 100, 1))
            let variances = some.map { covariance?.covariance(at: Point(samples.places[$0])).matrix.trace ?? 0 }
            let expected = (variances.reduce(0, +) / Double(max(variances.count, 1))).squareRoot()
            return (samples.rmsDistance(part.climb(from: top.pose).pose, top.pose), expected)
        }
    }

    /// The covariance of the summit from how its slope scatters between chunks of the samples: H⁻¹ G H⁻¹ (Huber 1967),
    /// with the curvature H by differences of the slope; nothing where the summit is no summit along some motion.
    func covariance(at top: Summit) -> PoseCovariance<CT, MovingImage>? {
        let (step, count) = (0.1, Double(top.value.chunks.count))
        let total = top.value.overlap * Double(measure.samples.places.count)
        guard count > 1, total > 0 else { return nil }
        var curvature = Matrix.identity(6), scatter = Matrix.identity(6)
        for k in 0..<6 {
            var way = SixVector()
            way[k] = step
            let (up, down) = (
                measure.value(at: moved(top.pose, by: way)).gradient,
                measure.value(at: moved(top.pose, by: way * -1)).gradient
            )
            let fall = (down - up) * (1 / (2 * step))
            for i in 0..<6 { curvature[i, k] = fall[i] }
        }
        let mean = top.value.chunks.reduce(SixVector(), +) * (1 / count)
        let parts = top.value.chunks.map { $0 - mean }
        for i in 0..<6 {
            for j in 0..<6 {
                let sum = parts.reduce(0.0) { $0 + $1[i] * $1[j] }
                scatter[i, j] = sum * count / (count - 1) / (total * total)
            }
        }
        return Self.sandwich(curvature, scatter, measure.samples)
    }

    private static func sandwich(_ curvature: Matrix, _ scatter: Matrix, _ samples: ImageSamples) -> PoseCovariance<
        CT, MovingImage
    >? {
        var even = Matrix.identity(6)
        for i in 0..<6 { for j in 0..<6 { even[i, j] = (curvature[i, j] + curvature[j, i]) / 2 } }
        guard let eigen = try? even.symmetricEigen(), eigen.values.allSatisfy({ $0 > 0 }),
            let inverse = try? even.inverse(), let half = try? inverse * scatter, let all = try? half * inverse
        else { return nil }
        func block(_ i: Int, _ j: Int, _ scale: Double) -> Matrix3 {
            func row(_ k: Int) -> Vector3 { Vector3(all[i + k, j], all[i + k, j + 1], all[i + k, j + 2]) * scale }
            return Matrix3(rows: row(0), row(1), row(2))
        }
        let arm = samples.arm
        return PoseCovariance(
            centre: samples.centre, rotation: block(0, 0, 1 / (arm * arm)), cross: block(0, 3, 1 / arm),
            translation: block(3, 3, 1))
    }
}

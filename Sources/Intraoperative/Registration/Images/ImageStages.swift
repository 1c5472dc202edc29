import Frames
import Imaging
import Uncertainty

/// From coarse to fine: many starts on a small image, the best of them on larger ones.
struct ImageStages: Sendable {
    let moving: Volume<Int16>
    let fixed: Volume<Int16>
    let region: ImageRegion?
    let options: VolumeRegistrationOptions

    /// One size of the images: spacing, mm; samples; how many poses go on from it.
    private struct Stage {
        let spacing: Double
        let samples: Int
        let largestStep: Double
        let smallestStep: Double
        let kept: Int
    }

    private var stages: [Stage] {
        let small = region != nil
        return [
            Stage(spacing: small ? 2.5 : 5, samples: 5000, largestStep: 5, smallestStep: 0.2, kept: 4),
            Stage(spacing: small ? 1.5 : 2.5, samples: 20_000, largestStep: 2, smallestStep: 0.05, kept: 2),
            Stage(spacing: 0.9, samples: options.samples, largestStep: 1, smallestStep: 0.003, kept: 1),
        ]
    }

    struct Found: Sendable {
        var fit: ImageFit
        var summit: ImageFit.Summit
        /// The best clearly different pose of the middle stage: its part of the best's information, and mm apart.
        var rival: (part: Double, apart: Double)?
    }

    /// - Throws: `RegistrationError.imaging`, `.tooFewPoints` where the images share too little to be compared.
    func run(from starts: ImageStarts, progress: ProgressReport?) throws(RegistrationError) -> Found {
        var poses = starts.poses(reach: options.reach)
        var rival: (part: Double, apart: Double)?
        var last: Found?
        for (k, stage) in stages.enumerated() {
            let fit = try fit(stage, seed: options.seed &+ UInt64(k), near: starts.initial)
            let tops = poses.map { fit.climb(from: $0) }
            let best = distinct(tops, samples: fit.measure.samples, count: stage.kept)
            guard let first = best.first, first.value.information.isFinite else {
                throw .tooFewPoints(found: fit.measure.samples.places.count, needed: 1000)
            }
            poses = best.map(\.pose)
            if k == 1, best.count > 1 {
                rival = (
                    best[1].value.information / first.value.information,
                    fit.measure.samples.rmsDistance(best[0].pose, best[1].pose)
                )
            }
            last = Found(fit: fit, summit: first, rival: rival)
            progress?(Double(k + 1) / Double(stages.count + 1))
        }
        guard let last else { throw .tooFewPoints(found: 0, needed: 1000) }
        return last
    }

    private func fit(
        _ stage: Stage, seed: UInt64, near initial: Pose<CT, MovingImage>
    ) throws(RegistrationError) -> ImageFit {
        let (here, there) = (fixedPart, movingPart(near: initial))
        let own = try prepared(here, stage.spacing), other = try prepared(there, stage.spacing)
        let samples = ImageSamples(of: own, count: stage.samples, seed: seed, allowed: region.map { $0.contains })
        guard samples.places.count >= 1000 else {
            throw .tooFewPoints(found: samples.places.count, needed: 1000)
        }
        return ImageFit(
            measure: MutualInformation(samples: samples, moving: other), largestStep: stage.largestStep,
            smallestStep: stage.smallestStep, steps: 60)
    }

    private func prepared(_ image: Volume<Int16>, _ spacing: Double) throws(RegistrationError) -> ComparisonImage {
        do { return try ComparisonImage(image, spacing: spacing, sigma: Self.smoothing(image, spacing)) } catch {
            throw .imaging(error)
        }
    }

    /// A pixel's worth: less leaves the interpolation's own pattern, more loses edges.
    private static func smoothing(_ image: Volume<Int16>, _ spacing: Double) -> Double {
        0.5 * max(image.geometry.spacing.min(), spacing)
    }

    private var fixedPart: Volume<Int16> {
        guard let region, let box = VoxelBox(around: region.corners, margin: 4, in: fixed.geometry) else {
            return fixed
        }
        let part = box.clipped(to: fixed.size)
        return part.isEmpty ? fixed : fixed.cropped(to: part)
    }

    private func movingPart(near initial: Pose<CT, MovingImage>) -> Volume<Int16> {
        guard let region else { return moving }
        let back = initial.inverse
        let corners = region.corners.map { Point<CT>((back * $0).coordinates) }
        let margin = options.reach.shift + 60 * options.reach.turn + 10
        guard let box = VoxelBox(around: corners, margin: margin, in: moving.geometry)?.clipped(to: moving.size),
            !box.isEmpty
        else { return moving }
        return moving.cropped(to: box)
    }

    /// The best, leaving out those near a better one.
    private func distinct(
        _ tops: [ImageFit.Summit], samples: ImageSamples, count: Int
    ) -> [ImageFit.Summit] {
        var kept: [ImageFit.Summit] = []
        let order = tops.indices.sorted {
            (tops[$1].value.score, $0) < (tops[$0].value.score, $1)
        }
        for i in order where kept.count < count {
            if kept.allSatisfy({ samples.rmsDistance($0.pose, tops[i].pose) > 3 }) { kept.append(tops[i]) }
        }
        return kept
    }
}

/// The poses from which the coarsest stage climbs.
struct ImageStarts: Sendable {
    let initial: Pose<CT, MovingImage>
    private let others: [Pose<CT, MovingImage>]
    /// About which the starts are turned: what is to be registered.
    private let middle: Point<CT>

    /// Without an initial pose: as the images' own coordinates say, and with their middles together.
    init(moving: Volume<Int16>, fixed: Volume<Int16>, initial: Pose<CT, MovingImage>?, region: ImageRegion?) {
        middle =
            region.map { Point($0.corners.reduce(Vector3.zero) { $0 + $1.coordinates } / 8) } ?? fixed.geometry.centre
        self.initial = initial ?? .identity()
        let apart = fixed.geometry.centre.coordinates - moving.geometry.centre.coordinates
        others = initial == nil && length(apart) > 5 ? [Pose(rotation: .identity(), translation: apart)] : []
    }

    /// Each start, and round it turns and shifts of two thirds of the reach, alone and together.
    func poses(reach: (turn: Double, shift: Double)) -> [Pose<CT, MovingImage>] {
        var changes: [PoseChange<CT>] = [PoseChange(rotation: .zero, translation: .zero, centre: middle)]
        func add(_ turn: Vector3, _ shift: Vector3) {
            changes.append(
                PoseChange(
                    rotation: turn * (reach.turn * 2 / 3), translation: shift * (reach.shift * 2 / 3), centre: middle))
        }
        for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
            for sign in [1.0, -1] {
                add(axis * sign, .zero)
                add(.zero, axis * sign)
            }
        }
        for k in 0..<8 {
            let corner = Vector3(k & 1 == 0 ? 1 : -1, k & 2 == 0 ? 1 : -1, k & 4 == 0 ? 1 : -1) * 0.8
            add(corner, .zero)
        }
        return ([initial] + others).flatMap { start in changes.map { $0.applied(to: start) } }
    }
}

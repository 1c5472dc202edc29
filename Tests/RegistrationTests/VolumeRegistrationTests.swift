import Foundation
import Frames
import Imaging
import TestSupport
import Testing

@testable import PhantomKit
@testable import Registration

/// The moving image's frame.
private enum Room: Frame { static let name = "room" }

@Suite(.serialized) struct VolumeRegistrationTests {
    static func lumbar() throws -> PhantomDefinition {
        try PhantomDefinition.load(repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path)
    }

    /// A grid of this spacing about a place, turned; and the same grid as a scanner would call it, straight.
    private static func grids(
        _ spacing: Double, _ size: Vector3, about middle: Vector3, turned turn: Matrix3
    ) throws -> (turned: GridGeometry, straight: GridGeometry) {
        let counts = (size / spacing).rounded(.down)
        let n = GridSize(Int(counts.x), Int(counts.y), Int(counts.z))
        let half = (counts - 1) * spacing / 2
        let step = Vector3(repeating: spacing)
        return (
            try GridGeometry(size: n, spacing: step, origin: Point(middle - turn * half), direction: turn),
            try GridGeometry(size: n, spacing: step, origin: Point(middle - half))
        )
    }

    /// RMS distance between two poses over a block of 80 × 80 × 100 mm about a place.
    private static func error(_ a: Pose<CT, Room>, _ b: Pose<CT, Room>, about middle: Vector3) -> Double {
        let steps = [-1.0, 0, 1]
        let squares = steps.flatMap { x in
            steps.flatMap { y in
                steps.map { z -> Double in
                    let q = Point<Room>(middle + Vector3(40 * x, 40 * y, 50 * z))
                    return squaredLength((a * q).coordinates - (b * q).coordinates)
                }
            }
        }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    /// The truth is the turn of the scanner's grid; the image has a cone beam's faults, another spacing and a shorter
    /// field of view.
    @Test(arguments: [UInt64(1), 2])
    func aConeBeamImageIsFoundOnTheCT(seed: UInt64) throws {
        let phantom = try Phantom(Self.lumbar())
        let middle = phantom.definition.fieldOfView.centre
        var random = SeededGenerator(seed: seed)
        func draw(_ most: Double) -> Vector3 {
            Vector3(random.uniform() * 2 - 1, random.uniform() * 2 - 1, random.uniform() * 2 - 1) * most
        }
        let turn = Rotation<CT, Room>(rotationVector: draw(radians(degrees: 15)))
        let fixed = try Self.grids(1, Vector3(260, 220, 230), about: middle, turned: .identity)
        // short, so that it shows a small part of the CT
        let moving = try Self.grids(0.8, Vector3(200, 180, 90), about: middle, turned: turn.matrix)
        let ct = phantom.sample(fixed.turned, seed: 50)
        let seen = phantom.sample(moving.turned, seed: seed)
        let cone = ConeBeamArtefacts().applied(to: Volume(geometry: moving.straight, voxels: seen.voxels), seed: seed)
        let truth = Pose<CT, Room>(rotation: turn, translation: middle - turn.matrix * middle)
        let start = Pose<CT, Room>(rotation: .identity(), translation: draw(15))
        let fit = try VolumeRegistration<Room>(moving: cone, fixed: ct, from: start)
        let error = Self.error(fit.X_CTB, truth, about: middle)
        print(
            "cone beam \(seed): from \(Self.error(start, truth, about: middle)) to \(error) mm, \(fit.disagreement)",
            "mm between halves, \(fit.predictedTRE(at: Point(middle)) ?? -1) mm predicted")
        #expect(error < 0.3)
        let expected = try #require(fit.predictedTRE(at: Point(middle)))
        #expect(error < 3 * expected && expected < 0.2)
        #expect(fit.verdict == .trustworthy)
    }

    /// Two bodies of one patient's spine after it has bent: each is found by itself, which one pose cannot do.
    @Test func eachVertebraOfABentSpineIsFoundByItself() throws {
        let straight = try Self.lumbar()
        var bent = straight
        for i in bent.levels.indices { bent.levels[i].discBelow.lordosis += 3 }
        let (before, after) = (try Phantom(straight), try Phantom(bent))
        let middle = straight.fieldOfView.centre
        let grid = try Self.grids(1, Vector3(160, 160, 170), about: middle, turned: .identity)
        let fixed = before.sample(grid.straight, seed: 3), moving = after.sample(grid.straight, seed: 4)
        let labels = before.labels(grid.straight)
        let whole = try VolumeRegistration<Room>(moving: moving, fixed: fixed, from: .identity())
        print("a bent spine as one body: halves \(whole.disagreement) mm")
        #expect(whole.verdict != .trustworthy)
        for level in [AnatomicalLabel(21), AnatomicalLabel(23)] {
            let index = try #require(straight.levels.firstIndex { $0.label == level })
            // where the vertebra lay over where it lies now
            let now = after.poses.vertebrae[index]
            let truth =
                before.poses.vertebrae[index]
                * Pose<Vertebra, Room>(
                    rotation: Rotation(now.inverse.rotation.quaternion), translation: now.inverse.translation)
            let region = try ImageRegion(level, in: labels)
            let fit = try VolumeRegistration<Room>(moving: moving, fixed: fixed, from: .identity(), region: region)
            let place = now.translation
            let error = Self.error(fit.X_CTB, truth, about: place)
            print("\(level.name): moved by \(Self.error(.identity(), truth, about: place)) mm, found to \(error) mm")
            #expect(fit.verdict == .trustworthy)
            #expect(Self.error(.identity(), truth, about: place) > 2)
            #expect(error < 0.5)
        }
    }

    /// Central differences do not share the gradient's code.
    @Test func theSlopeIsThatOfTheInformation() throws {
        let phantom = try Phantom(Self.lumbar())
        let middle = phantom.definition.fieldOfView.centre
        let grid = try Self.grids(2, Vector3(160, 160, 100), about: middle, turned: .identity)
        let image = phantom.sample(grid.straight, seed: 8)
        let prepared = try ComparisonImage(image, spacing: 2, sigma: 1.5)
        let samples = ImageSamples(of: prepared, count: 20_000, seed: 2) {
            length($0 - middle) < 40
        }
        let fit = ImageFit(
            measure: MutualInformation(samples: samples, moving: prepared), largestStep: 1, smallestStep: 0.01, steps: 1
        )
        let start = Pose<CT, MovingImage>(
            rotation: Rotation(rotationVector: Vector3(0.03, -0.02, 0.04)), translation: Vector3(2, -3, 1.5))
        let here = fit.measure.value(at: start)
        for k in 0..<6 {
            var way = SixVector()
            way[k] = 0.02
            let up = fit.measure.value(at: fit.moved(start, by: way)).information
            let down = fit.measure.value(at: fit.moved(start, by: way * -1)).information
            let slope = (up - down) / 0.04
            #expect(abs(slope - here.gradient[k]) < 0.05 * here.gradient.length)
        }
    }

    @Test func imagesOfDifferentThingsAreNotCalledRegistered() throws {
        let phantom = try Phantom(Self.lumbar())
        let middle = phantom.definition.fieldOfView.centre
        let grid = try Self.grids(1.5, Vector3(160, 160, 120), about: middle, turned: .identity)
        let image = phantom.sample(grid.straight, seed: 8)
        var random = SeededGenerator(seed: 4)
        var noise = image
        noise.withMutableVoxels { for i in $0.indices { $0[i] = Int16(300 * random.normal()) } }
        let fit = try VolumeRegistration<Room>(moving: noise, fixed: image, from: .identity())
        #expect(fit.verdict != .trustworthy)
        let other = try Phantom(Self.lumbar().varied(seed: 5)).sample(grid.straight, seed: 9)
        let stranger = try VolumeRegistration<Room>(moving: other, fixed: image, from: .identity())
        print("another patient: halves \(stranger.disagreement) mm, sharpness \(stranger.sharpness)")
        #expect(stranger.verdict != .trustworthy)
        let far = Pose<CT, Room>(rotation: .identity(), translation: Vector3(900, 0, 0))
        #expect(throws: RegistrationError.self) {
            try VolumeRegistration<Room>(moving: image, fixed: image, from: far)
        }
        #expect(throws: RegistrationError.noSuchLabel(AnatomicalLabel(8))) {
            try ImageRegion(AnatomicalLabel(8), in: LabelVolume(geometry: grid.straight))
        }
    }
}

import Frames
import Imaging

/// The places of one image at which it is compared with the other, and what it holds there.
struct ImageSamples: Sendable {
    private(set) var places: [Vector3] = []
    /// Bin of the value at each place.
    private(set) var bins: [UInt8] = []
    /// The middle of the places.
    private(set) var centre = Point<CT>.origin
    /// RMS distance of the places from it, mm: what makes a turn comparable with a shift.
    private(set) var arm = 1.0

    /// Draws places between the voxels: half of them anywhere, half where the image changes most, since only edges hold
    /// a pose. In random order, so that any part of them is spread as the whole is.
    ///
    /// - Parameter allowed: where places may lie; everywhere without it.
    init(
        of image: ComparisonImage, count: Int, seed: UInt64, allowed: ((Vector3) -> Bool)? = nil
    ) {
        var random = SeededGenerator(seed: seed)
        var drawn: [Candidate] = []
        let wanted = 3 * count
        var tries = 0
        while drawn.count < wanted, tries < (allowed == nil ? 2 : 60) * wanted {
            tries += 1
            guard let new = Self.candidate(of: image, &random), allowed?(new.place) ?? true else { continue }
            drawn.append(new)
        }
        let half = min(count / 2, drawn.count)
        let sharp = drawn.dropFirst(half).sorted { ($1.steepness, $0.place.x) < ($0.steepness, $1.place.x) }
        var chosen = Array(drawn.prefix(half)) + sharp.prefix(count - half)
        chosen.shuffle(using: &random)
        take(chosen)
    }

    private struct Candidate {
        let place: Vector3
        let bin: UInt8
        let steepness: Float
    }

    private static func candidate(of image: ComparisonImage, _ random: inout SeededGenerator) -> Candidate? {
        let size = image.geometry.size
        let at =
            Vector3(random.uniform(), random.uniform(), random.uniform())
            * Vector3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1))
        let place = image.geometry.point(GridPoint(at)).coordinates
        guard let here = image.value(at: place) else { return nil }
        let steepness = Float(length(image.patientSlope(here.slope)))
        return Candidate(place: place, bin: UInt8(here.value.rounded()), steepness: steepness)
    }

    private mutating func take(_ chosen: [Candidate]) {
        places = chosen.map(\.place)
        bins = chosen.map(\.bin)
        measure()
    }

    private mutating func measure() {
        guard !places.isEmpty else { return }
        let middle = places.reduce(Vector3.zero, +) / Double(places.count)
        centre = Point(middle)
        let spread = places.reduce(0) { $0 + squaredLength($1 - middle) } / Double(places.count)
        arm = max(spread.squareRoot(), 1)
    }

    /// Those on one side of a plane through the middle.
    ///
    /// - Parameter normal: towards the side that is kept.
    func half(towards normal: Vector3) -> ImageSamples {
        let middle = centre.coordinates
        return ImageSamples(
            places.indices.filter { dot(places[$0] - middle, normal) > 0 }.map { (places[$0], bins[$0]) })
    }

    /// The same places, each with the bin of another: what the images share is lost, their histograms stay.
    func shuffled(seed: UInt64) -> ImageSamples {
        var (random, mixed) = (SeededGenerator(seed: seed), self)
        mixed.bins.shuffle(using: &random)
        return mixed
    }

    private init(_ kept: [(place: Vector3, bin: UInt8)]) {
        places = kept.map(\.place)
        bins = kept.map(\.bin)
        measure()
    }
}

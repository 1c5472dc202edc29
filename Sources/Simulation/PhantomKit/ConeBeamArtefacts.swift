import Foundation
import Frames
import Imaging

/// What a cone-beam scanner in an operating room makes of the image that a CT would give.
///
/// Scattered rays darken the middle (cupping) and weaken contrast, detectors draw rings and bands, the field of view is
/// a short cylinder, and noise is high (Siewerdsen and Jaffray 2001, Med. Phys. 28:220–231; Schulze et al. 2011,
/// Dentomaxillofac. Radiol. 40:265–273). Sizes are of the order published; a scanner's own must be measured.
public struct ConeBeamArtefacts: Equatable, Sendable {
    /// Radius of what the scanner sees about the volume's middle, mm.
    public var radius = 105.0
    /// HU seen for each HU there.
    public var contrast = 0.82
    /// By how much the middle is darker than the rim, HU.
    public var cupping = 180.0
    /// Amplitude of the rings, HU, and the distance between them, mm.
    public var rings = (height: 12.0, distance: 3.7)
    /// Bands along straight lines: how many a volume, and their greatest height, HU.
    public var bands = (count: 14, height: 120.0)
    /// Standard deviation, HU.
    public var noise = 60.0

    public init() {}

    public static func == (a: Self, b: Self) -> Bool {
        (a.radius, a.contrast, a.cupping, a.noise) == (b.radius, b.contrast, b.cupping, b.noise)
            && a.rings == b.rings && a.bands == b.bands
    }

    /// One band: the direction across it, where it lies along that, and how high it is.
    private struct Band {
        let across: (x: Double, y: Double)
        let place, height: Double
    }

    /// The image as such a scanner shows it; outside its cylinder there is −1000 HU.
    public func applied(to ct: Volume<Int16>, seed: UInt64) -> Volume<Int16> {
        var random = SeededGenerator(seed: seed)
        let drawn = (0..<bands.count).map { _ in
            let angle = random.uniform() * .pi
            return Band(
                across: (cos(angle), sin(angle)), place: (random.uniform() - 0.5) * 1.5 * radius,
                height: bands.height * (1 + 2 * random.uniform()) / 3)
        }
        let streams = random
        var image = ct
        let (geometry, layer, middle) = (ct.geometry, ct.size.x * ct.size.y, ct.geometry.centre)
        image.withMutableVoxels { voxels in
            let out = SharedBuffer(voxels)
            parallelFor(ct.size.z) { z in
                var noise = streams.stream(UInt64(z))
                for i in (z * layer)..<((z + 1) * layer) {
                    let p = geometry.point(geometry.index(offset: i)) - middle
                    let hu = shown(Double(out[i]), at: p.vector, drawn) + self.noise * noise.normal()
                    let isSeen = p.vector.x * p.vector.x + p.vector.y * p.vector.y < radius * radius
                    out[i] = isSeen ? Int16(min(max(hu, -1000), 3071)) : -1000
                }
            }
        }
        return image
    }

    private func shown(_ hu: Double, at p: Vector3, _ bands: [Band]) -> Double {
        let r = (p.x * p.x + p.y * p.y).squareRoot()
        var shown = contrast * hu + cupping * ((r / radius) * (r / radius) - 2 / 3)
        shown += rings.height * sin(2 * .pi * r / rings.distance)
        for band in bands {
            let d = p.x * band.across.x + p.y * band.across.y - band.place
            if abs(d) < 8 { shown += band.height * exp(-d * d / 8) * (d > 0 ? 1 : -1) }
        }
        return shown
    }
}

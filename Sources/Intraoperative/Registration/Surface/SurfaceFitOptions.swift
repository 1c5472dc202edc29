import Frames
import Glibc

/// How touched points are brought onto a surface.
public struct SurfaceFitOptions: Equatable, Sendable {
    /// The error of a touched point along the surface's normal, standard deviation, mm.
    public var pointError = 0.25
    /// How many points' worth the stated error counts beside what the residuals show.
    public var pointErrorTrust = 30.0
    /// Exact steps at the end.
    public var iterations = 40
    /// Around an initial pose: how far off it may be, mm and rad, and how many starts are tried there.
    public var reach = 14.0
    public var turn = radians(degrees: 16)
    public var starts = 320
    /// Part of the touches that are expected to be astray, and how far they lie off, mm.
    public var strays = 0.1
    public var strayReach = 10.0
    /// The points count as no more independent ones than this: errors of neighbours in a dense cloud go together.
    public var independentPoints = 1_000_000
    public var seed: UInt64 = 1

    public init() {}
}

/// A touch is on the surface with a normal error, or astray, anywhere along so many mm.
struct TouchModel {
    private let unit: Double
    /// The density of strays over the highest of the others.
    private let stray: Double
    /// Where a point is as likely to be astray as cannot be told, mm.
    let reach: Double

    init(deviation: Double, _ options: SurfaceFitOptions) {
        let part = min(max(options.strays, 1e-6), 0.9)
        unit = 1 / (deviation * deviation)
        stray = part / (1 - part) * (2 * .pi).squareRoot() * deviation / max(options.strayReach, deviation)
        reach = 6 * deviation
    }

    @inline(__always) func onSurface(_ height: Double) -> Double {
        let likely = exp(-0.5 * height * height * unit)
        return likely / (likely + stray)
    }

    @inline(__always) func cost(_ squared: Double) -> Double {
        -2 * log((exp(-0.5 * squared * unit) + stray) / (1 + stray))
    }
}

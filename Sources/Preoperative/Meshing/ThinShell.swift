import Foundation

/// The value at the outer border of a dense shell that a scanner has blurred, as a table.
///
/// Across a flat shell of thickness u and density 1, over a core of density β, with nothing outside, all in units of a
/// Gaussian blur, the image is I(t) = Φ(t + u) − Φ(t) + β (1 − Φ(t + u)), its border at t = 0. The brightest value seen
/// tells u, and that the value at the border (the idea of Treece et al. 2010, Med. Image Anal. 14:276–290, solved for
/// the level instead of fitting each profile). A thick shell or none gives one half of the brightest.
struct ThinShell: Sendable {
    static let shared = ThinShell()

    /// Densities of the core, thicknesses, and prominences of the brightest value (over the core, 0…1) of the table.
    private static let cores = 20, thicknesses = 120, prominences = 50
    private static let thickest = 6.0
    /// No border lies higher than this on its flank: what the table says of the thinnest shells is too sensitive.
    private static let highest = 0.75

    /// At core · (prominences + 1) + prominence: the border's value over the brightest.
    private let table: [Double]

    init() {
        table = (0...Self.cores).flatMap { Self.row(core: Double($0) / Double(Self.cores)) }
    }

    /// - Parameters:
    ///   - peak: the brightest value just inside, over that of dense bone; both above what lies outside.
    ///   - core: the darkest value inside of that, likewise.
    /// - Returns: the border's value over the brightest, 0.5…0.75.
    func borderLevel(peak: Double, core: Double) -> Double {
        guard peak.isFinite, core.isFinite, core < 1 else { return 0.5 }
        let y = max(core, 0) * Double(Self.cores)
        let x = min(max((peak - core) / (1 - core), 0), 0.9999) * Double(Self.prominences)
        let (i, j) = (Int(x), Int(y))
        func value(_ i: Int, _ j: Int) -> Double { table[j * (Self.prominences + 1) + i] }
        let (u, v) = (x - Double(i), y - Double(j))
        let low = value(i, j) * (1 - u) + value(i + 1, j) * u
        let high = value(i, j + 1) * (1 - u) + value(i + 1, j + 1) * u
        return low * (1 - v) + high * v
    }

    /// For one density of the core, by the prominence of the brightest value.
    private static func row(core: Double) -> [Double] {
        let shells = (0...thicknesses).map { k -> (peak: Double, border: Double) in
            let u = thickest * Double(k) / Double(thicknesses)
            let peak = stride(from: -u - 4, through: 0, by: 0.05).map { profile($0, u, core) }.max() ?? core
            return (peak, profile(0, u, core))
        }
        return (0...prominences).map { i in
            let peak = core + (1 - core) * Double(i) / Double(prominences)
            guard i > 0, let above = shells.firstIndex(where: { $0.peak >= peak }), above > 0 else { return 0.5 }
            let (a, b) = (shells[above - 1], shells[above])
            let border = a.border + (b.border - a.border) * (peak - a.peak) / (b.peak - a.peak)
            return min(max(border / peak, 0.5), highest)
        }
    }

    private static func profile(_ t: Double, _ u: Double, _ core: Double) -> Double {
        normal(t + u) - normal(t) + core * (1 - normal(t + u))
    }

    /// The normal distribution Φ.
    private static func normal(_ t: Double) -> Double { 0.5 * erfc(-t / 2.0.squareRoot()) }
}

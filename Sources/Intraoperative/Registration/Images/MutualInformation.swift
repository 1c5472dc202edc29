import Frames
import Glibc
import Imaging

/// How much one image tells about the other in a pose, and how that changes as the pose does.
///
/// Mutual information of a joint histogram with a cubic B-spline window along the moving image's values, and its exact
/// gradient (Mattes et al. 2003, IEEE TMI 22:120–128; Thévenaz and Unser 2000, IEEE TIP 9:2083–2099). In nats.
struct MutualInformation: Sendable {
    let samples: ImageSamples
    let moving: ComparisonImage

    struct Value {
        /// Nats.
        var information = -Double.infinity
        /// Nats/mm for the motions of `PoseChange` about the samples' middle: rotation times the samples' arm, then
        /// translation.
        var gradient = SixVector()
        /// Part of the samples that lie in the moving image.
        var overlap = 0.0
        /// The gradient of each chunk of the samples, for its scatter.
        var chunks: [SixVector] = []
    }

    private var chunkCount: Int { 16 }

    func value(at X_CTB: Pose<CT, MovingImage>) -> Value {
        let readings = parallelMap(chunkCount) { read($0, X_CTB) }
        let (joint, counted) = histogram(readings)
        var value = Value()
        value.overlap = Double(counted) / Double(max(samples.places.count, 1))
        guard counted > 50 else { return value }
        let table = LogRatios(joint, count: Double(counted), bins: ComparisonImage.bins)
        value.information = table.information
        let parts = parallelMap(chunkCount) { gradient(readings[$0], table) }
        value.chunks = parts
        value.gradient = parts.reduce(SixVector(), +) * (1 / Double(counted))
        return value
    }

    private func range(_ chunk: Int) -> Range<Int> {
        let n = samples.places.count
        return (chunk * n / chunkCount)..<((chunk + 1) * n / chunkCount)
    }

    private func read(_ chunk: Int, _ X_CTB: Pose<CT, MovingImage>) -> [ImageReading] {
        let (back, turn) = (X_CTB.inverse, X_CTB.rotation.matrix)
        let (centre, arm) = (samples.centre.coordinates, samples.arm)
        let range = range(chunk)
        return [ImageReading](unsafeUninitializedCapacity: range.count) { out, filled in
            for i in range {
                let p = samples.places[i]
                guard let here = moving.value(at: back.rotation.matrix * p + back.translation) else { continue }
                // moving the image by t changes what lies at p by −slope · t
                let slope = turn * moving.patientSlope(here.slope)
                let turning = cross(p - centre, slope) / arm
                out[filled] = ImageReading(
                    bin: Int32(samples.bins[i]), value: here.value, turn: -SIMD3<Float>(turning),
                    shift: -SIMD3<Float>(slope))
                filled += 1
            }
        }
    }

    private func histogram(_ readings: [[ImageReading]]) -> (joint: [Double], counted: Int) {
        let bins = ComparisonImage.bins
        let parts = parallelMap(chunkCount) { chunk in
            var table = [Float](repeating: 0, count: bins * bins)
            table.withUnsafeMutableBufferPointer { table in
                for reading in readings[chunk] {
                    let (first, weights) = CubicWindow.weights(at: reading.value)
                    let row = Int(reading.bin) * bins + first
                    for k in 0..<4 { table[row + k] += weights[k] }
                }
            }
            return table
        }
        var joint = [Double](repeating: 0, count: bins * bins)
        for part in parts { for i in joint.indices { joint[i] += Double(part[i]) } }
        return (joint, readings.reduce(0) { $0 + $1.count })
    }

    private func gradient(_ readings: [ImageReading], _ table: LogRatios) -> SixVector {
        var (turn, shift) = (Vector3.zero, Vector3.zero)
        table.ratios.withUnsafeBufferPointer { ratios in
            for reading in readings {
                let (first, slopes) = CubicWindow.slopes(at: reading.value)
                let row = Int(reading.bin) * ComparisonImage.bins + first
                var pull: Float = 0
                for k in 0..<4 { pull += slopes[k] * ratios[row + k] }
                turn += Vector3(reading.turn * pull)
                shift += Vector3(reading.shift * pull)
            }
        }
        return SixVector(turn: turn, shift: shift)
    }
}

/// What a sample shows of the moving image, with its bin in the fixed one.
struct ImageReading {
    var bin: Int32
    var value: Float
    var turn: SIMD3<Float>
    var shift: SIMD3<Float>
}

/// The moving image's own coordinates, whatever the caller calls them.
enum MovingImage: Frame { static let name = "moving" }

/// A cubic B-spline about a value, at the four whole bins round it.
enum CubicWindow {
    @inline(__always) static func weights(at value: Float) -> (first: Int, SIMD4<Float>) {
        let low = value.rounded(.down)
        let f = value - low
        let g = 1 - f
        let (f3, g3) = (f * f * f, g * g * g)
        let inner = (4 - 6 * f * f + 3 * f3, 4 - 6 * g * g + 3 * g3)
        return (Int(low) - 1, SIMD4(g3, inner.0, inner.1, f3) / 6)
    }

    /// The weights' derivatives with the value.
    @inline(__always) static func slopes(at value: Float) -> (first: Int, SIMD4<Float>) {
        let low = value.rounded(.down)
        let f = value - low
        let g = 1 - f
        return (
            Int(low) - 1,
            SIMD4(-g * g / 2, f * (1.5 * f - 2), -g * (1.5 * g - 2), f * f / 2)
        )
    }
}

/// The mutual information of a joint histogram, and log p(f, m) / p(m) for its gradient.
struct LogRatios {
    let information: Double
    let ratios: [Float]

    init(_ joint: [Double], count: Double, bins: Int) {
        var (fixed, moving) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
        for f in 0..<bins {
            for m in 0..<bins {
                let p = joint[f * bins + m] / count
                fixed[f] += p
                moving[m] += p
            }
        }
        var (sum, ratios) = (0.0, [Float](repeating: 0, count: bins * bins))
        for f in 0..<bins {
            for m in 0..<bins {
                let p = joint[f * bins + m] / count
                guard p > 1e-12 else { continue }
                sum += p * log(p / (fixed[f] * moving[m]))
                ratios[f * bins + m] = Float(log(p / moving[m]))
            }
        }
        information = sum
        self.ratios = ratios
    }
}

/// A rotation and a translation side by side.
struct SixVector: Equatable, Sendable {
    var turn = Vector3.zero
    var shift = Vector3.zero

    static func + (a: SixVector, b: SixVector) -> SixVector {
        SixVector(turn: a.turn + b.turn, shift: a.shift + b.shift)
    }
    static func - (a: SixVector, b: SixVector) -> SixVector {
        SixVector(turn: a.turn - b.turn, shift: a.shift - b.shift)
    }
    static func * (a: SixVector, s: Double) -> SixVector { SixVector(turn: a.turn * s, shift: a.shift * s) }

    func dot(_ b: SixVector) -> Double { (turn * b.turn).sum() + (shift * b.shift).sum() }
    var length: Double { dot(self).squareRoot() }

    subscript(i: Int) -> Double {
        get { i < 3 ? turn[i] : shift[i - 3] }
        set { if i < 3 { turn[i] = newValue } else { shift[i - 3] = newValue } }
    }
}

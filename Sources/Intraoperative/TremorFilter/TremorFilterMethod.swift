/// Which filter removes a hand's tremor; `name` is what a person calls it by.
public enum TremorFilterMethod: UInt8, CaseIterable, Sendable {
    /// Kalman form of the weighted-frequency Fourier linear combiner: the tremor's tone, 8–12 Hz, with its own frequency
    /// and phase, beside a model of the wanted motion.
    case wflcKalman
    /// Nothing is removed.
    case none

    public var name: String {
        switch self {
        case .wflcKalman: "wflc-kalman"
        case .none: "none"
        }
    }

    /// `nil` where no method has this name.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

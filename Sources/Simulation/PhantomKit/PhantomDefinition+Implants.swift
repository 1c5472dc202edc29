import Imaging

extension PhantomDefinition {
    /// Metal in the spine, and what it does to the image.
    public struct Implants: Equatable, Sendable {
        /// The value that an ideal scanner would see; the scanner's `maximumHU` clips it.
        public var hu: Double
        /// How much harder and softer than the mean the two halves of the scanner's spectrum are: 0 for rays of one
        /// energy, which make no streaks.
        public var hardening: Double
        /// Standard deviation of the noise in a line integral that meets hardly any metal; it grows with exp(p/2).
        public var starvation: Double
        public var rodDiameter: Double
        public var screws: [Screw]
        public var cages: [Cage]

        /// A pair of pedicle screws along the true axes of both pedicles; rods join the heads on each side.
        public struct Screw: Equatable, Sendable {
            public var level: AnatomicalLabel
            public var diameter, length: Double
        }

        /// A block in the disc below a vertebra.
        public struct Cage: Equatable, Sendable {
            public var below: AnatomicalLabel
            public var width, depth, height: Double
        }
    }
}

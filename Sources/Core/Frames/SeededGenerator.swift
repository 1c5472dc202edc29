import Glibc

/// A small generator of random numbers with a seed: the same seed gives the same numbers on every machine.
///
/// SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.
@frozen public struct SeededGenerator: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @inlinable public init(seed: UInt64) { state = seed }

    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A generator of its own for a named purpose, so that more draws in one place do not shift another.
    @inlinable public func stream(_ number: UInt64) -> SeededGenerator {
        var mixed = SeededGenerator(seed: state ^ (number &+ 1) &* 0xD6E8_FEB8_6659_FD93)
        return SeededGenerator(seed: mixed.next())
    }

    /// Uniform in 0..<1.
    @inlinable public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    @inlinable public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// Three independent standard normal numbers.
    @inlinable public mutating func normal3() -> Vector3 { Vector3(normal(), normal(), normal()) }
}

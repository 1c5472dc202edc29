// Inside: mm, rad, s, N, HU. These convert at the edges, where names carry the unit.

/// Radians of an angle that a person gave in degrees.
@inlinable public func radians(degrees: Double) -> Double { degrees * .pi / 180 }

/// Degrees, for a person, of an angle in radians.
@inlinable public func degrees(radians: Double) -> Double { radians * 180 / .pi }

/// Millimetres of a length that a URDF gives in metres.
@inlinable public func millimetres(metres: Double) -> Double { metres * 1000 }

/// Metres, for a URDF or a bus, of a length in mm.
@inlinable public func metres(millimetres: Double) -> Double { millimetres / 1000 }

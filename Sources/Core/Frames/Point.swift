/// A place in frame `F`, in mm.
@frozen public struct Point<F: Frame>: Equatable, Sendable {
    public var coordinates: Vector3

    @inlinable public init(_ coordinates: Vector3) { self.coordinates = coordinates }
    @inlinable public init(_ x: Double, _ y: Double, _ z: Double) { coordinates = Vector3(x, y, z) }

    @inlinable public var x: Double { coordinates.x }
    @inlinable public var y: Double { coordinates.y }
    @inlinable public var z: Double { coordinates.z }
    @inlinable public var isFinite: Bool { coordinates.isFinite }
    @inlinable public static var origin: Point { Point(.zero) }

    @inlinable public static func - (a: Point, b: Point) -> Displacement<F> {
        Displacement(a.coordinates - b.coordinates)
    }
    @inlinable public static func + (a: Point, d: Displacement<F>) -> Point { Point(a.coordinates + d.vector) }
    @inlinable public static func - (a: Point, d: Displacement<F>) -> Point { Point(a.coordinates - d.vector) }

    /// The distance to `other` in mm.
    @inlinable public func distance(to other: Point) -> Double { length(coordinates - other.coordinates) }
}

/// A way from one place to another in frame `F`, in mm; also a velocity (mm/s) where its name says so.
@frozen public struct Displacement<F: Frame>: Equatable, Sendable {
    public var vector: Vector3

    @inlinable public init(_ vector: Vector3) { self.vector = vector }
    @inlinable public init(_ x: Double, _ y: Double, _ z: Double) { vector = Vector3(x, y, z) }

    @inlinable public var length: Double { squaredLength(vector).squareRoot() }
    /// `nil` where the displacement is too short to have a direction.
    @inlinable public var direction: Direction<F>? { Direction(vector) }
    @inlinable public static var zero: Displacement { Displacement(.zero) }

    @inlinable public static func + (a: Displacement, b: Displacement) -> Displacement {
        Displacement(a.vector + b.vector)
    }
    @inlinable public static func - (a: Displacement, b: Displacement) -> Displacement {
        Displacement(a.vector - b.vector)
    }
    @inlinable public static prefix func - (a: Displacement) -> Displacement { Displacement(-a.vector) }
    @inlinable public static func * (a: Displacement, s: Double) -> Displacement { Displacement(a.vector * s) }

    /// The component along `direction`, in mm.
    @inlinable public func along(_ direction: Direction<F>) -> Double { dot(vector, direction.vector) }
}

/// A unit vector in frame `F`: it cannot have another length.
@frozen public struct Direction<F: Frame>: Equatable, Sendable {
    public let vector: Vector3

    /// `nil` where `vector` is too short to have a direction, or not finite.
    @inlinable public init?(_ vector: Vector3) {
        guard let unit = normalized(vector) else { return nil }
        self.vector = unit
    }

    @inlinable init(unit: Vector3) { vector = unit }

    @inlinable public static var x: Direction { Direction(unit: Vector3(1, 0, 0)) }
    @inlinable public static var y: Direction { Direction(unit: Vector3(0, 1, 0)) }
    @inlinable public static var z: Direction { Direction(unit: Vector3(0, 0, 1)) }

    @inlinable public static prefix func - (a: Direction) -> Direction { Direction(unit: -a.vector) }
    /// So many mm along this direction.
    @inlinable public static func * (a: Direction, millimetres: Double) -> Displacement<F> {
        Displacement(a.vector * millimetres)
    }
    /// The angle to `other` in radians, 0…π.
    @inlinable public func angle(to other: Direction) -> Double { Frames.angle(vector, other.vector) }
}

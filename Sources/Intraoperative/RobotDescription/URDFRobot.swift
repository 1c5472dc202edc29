import Frames

/// What a URDF says of a robot's links and joints, in its own units (m, rad), before a chain is chosen.
///
/// The format: http://wiki.ros.org/urdf/XML. Only what moves is read; shapes, materials and plugins are passed over.
public struct URDFRobot: Equatable, Sendable {
    public struct Joint: Equatable, Sendable {
        public var name: String
        /// As the file says: `revolute`, `continuous`, `prismatic`, `fixed`, `floating`, `planar`.
        public var type: String
        public var parent: String
        public var child: String
        public var origin_m = Vector3.zero
        /// Roll, pitch and yaw about the parent's fixed x, y, z.
        public var rpy_rad = Vector3.zero
        /// Not yet of length 1; URDF's default is x.
        public var axis = Vector3(1, 0, 0)
        public var limits: Limits?
        public var isMimic = false
        public var line: Int
    }

    /// In rad or m and seconds.
    public struct Limits: Equatable, Sendable {
        public var lower: Double?
        public var upper: Double?
        public var velocity: Double?
    }

    public var file: String
    public var name: String
    /// In the file's order.
    public var links: [String]
    /// In the file's order.
    public var joints: [Joint]
}

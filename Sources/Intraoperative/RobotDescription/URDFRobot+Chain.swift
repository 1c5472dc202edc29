import Frames
import RobotModel

/// The joints from a robot's root link to one of its links, as an arm.
public struct ArmChain: Equatable, Sendable {
    public var arm: SerialArm
    public var root: String
    public var tip: String
    /// The moving joints' names from base to tip.
    public var jointNames: [String]
    /// The links that the moving joints carry, in the same order.
    public var linkNames: [String]
}

extension URDFRobot {
    /// Where a joint has no acceleration limit of its own, it reaches its full speed in this time, s.
    public static let defaultTimeToSpeed = 0.5
    /// Where a joint has no jerk limit of its own, it reaches its full acceleration in this time, s.
    public static let defaultTimeToAcceleration = 0.1

    private func failed(_ problem: URDFProblem, line: Int? = nil) -> RobotDescriptionError {
        .urdf(file: file, line: line, problem)
    }

    /// Every joint joins links that exist, no link is carried twice, and all hang on one root.
    func checkTree() throws(RobotDescriptionError) {
        guard !links.isEmpty else { throw failed(.noLinks) }
        let known = Set(links)
        var carrier: [String: Joint] = [:]
        for joint in joints {
            for link in [joint.parent, joint.child] where !known.contains(link) {
                throw failed(.unknownLink(joint: joint.name, link: link), line: joint.line)
            }
            if let other = carrier[joint.child] {
                throw failed(.twoParents(link: joint.child, joints: [other.name, joint.name]), line: joint.line)
            }
            carrier[joint.child] = joint
        }
        let roots = links.filter { carrier[$0] == nil }
        guard roots.count <= 1 else { throw failed(.severalRoots(links: roots)) }
        // With one carrier a link and one root, a link that the root does not reach hangs on a loop.
        var reached = Set(roots)
        var open = roots
        let children = Dictionary(grouping: joints, by: \.parent)
        while let link = open.popLast() {
            for joint in children[link] ?? [] where reached.insert(joint.child).inserted { open.append(joint.child) }
        }
        guard reached.count == links.count else { throw failed(.loop(links: links.filter { !reached.contains($0) })) }
    }

    /// The joints from the root to `link`, root first.
    func path(to link: String) -> [Joint] {
        let carrier = Dictionary(joints.map { ($0.child, $0) }, uniquingKeysWith: { first, _ in first })
        var path: [Joint] = []
        var at = link
        while let joint = carrier[at] {
            path.append(joint)
            at = joint.parent
        }
        return path.reversed()
    }

    /// The end of the longest chain: of the ends with the most moving joints before them, the one with the most joints.
    ///
    /// - Throws: `URDFProblem.ambiguousTip` where several ends are equally far.
    public func longestChainEnd() throws(RobotDescriptionError) -> String {
        let parents = Set(joints.map(\.parent))
        let children = Dictionary(grouping: joints, by: \.parent)
        let carried = Set(joints.map(\.child))
        guard let root = links.first(where: { !carried.contains($0) }) else { throw failed(.noLinks) }
        var depth: [String: SIMD2<Int>] = [root: .zero]
        var open = [root]
        while let link = open.popLast() {
            for joint in children[link] ?? [] {
                depth[joint.child] = (depth[link] ?? .zero) &+ SIMD2(joint.type == "fixed" ? 0 : 1, 1)
                open.append(joint.child)
            }
        }
        let ends = links.filter { !parents.contains($0) }
        let mostMoving = ends.map { depth[$0]?.x ?? 0 }.max() ?? 0
        let moved = ends.filter { depth[$0]?.x == mostMoving }
        let mostJoints = moved.map { depth[$0]?.y ?? 0 }.max() ?? 0
        let longest = moved.filter { depth[$0]?.y == mostJoints }
        guard longest.count == 1 else { throw failed(.ambiguousTip(ends: longest)) }
        return longest[0]
    }

    /// The arm from the root link to `tip`, or to the end of the longest chain; joints off the chain stay at zero.
    ///
    /// Accelerations and jerks, which a URDF lacks, follow from the speeds by `defaultTimeToSpeed` and
    /// `defaultTimeToAcceleration`.
    ///
    /// - Throws: `RobotDescriptionError.urdf` where no serial arm of 1 to 8 moving joints leads there.
    public func chain(to named: String? = nil) throws(RobotDescriptionError) -> ArmChain {
        let tip: String
        if let named { tip = named } else { tip = try longestChainEnd() }
        guard links.contains(tip) else { throw failed(.unknownTip(tip, links: links)) }
        let path = path(to: tip)
        var moving: [ArmJoint] = []
        var (jointNames, linkNames): ([String], [String]) = ([], [])
        var X = Pose<Link, Link>.identity()
        for joint in path {
            X = X * joint.X_ParentJoint
            if joint.isMimic { throw failed(.mimic(joint: joint.name), line: joint.line) }
            guard joint.type != "fixed" else { continue }
            moving.append(try armJoint(joint, at: X))
            jointNames.append(joint.name)
            linkNames.append(joint.child)
            X = .identity()
        }
        let most = JointVector.capacity
        guard !moving.isEmpty else { throw failed(.noMovingJoint(tip: tip)) }
        guard moving.count <= most else { throw failed(.tooManyJoints(tip: tip, count: moving.count, most: most)) }
        do {
            let flange = X * Pose<Link, Flange>.identity()
            let arm = try SerialArm(joints: moving, flange: flange)
            return ArmChain(
                arm: arm, root: path[0].parent, tip: tip, jointNames: jointNames, linkNames: linkNames)
        } catch { throw failed(.model(error)) }
    }

    private func armJoint(_ joint: Joint, at X: Pose<Link, Link>) throws(RobotDescriptionError) -> ArmJoint {
        let kinds: [String: JointKind] = ["revolute": .revolute, "continuous": .continuous, "prismatic": .prismatic]
        guard let kind = kinds[joint.type] else {
            throw failed(.unsupportedJoint(joint: joint.name, type: joint.type), line: joint.line)
        }
        guard let axis = Direction<Link>(joint.axis) else {
            throw failed(.zeroAxis(joint: joint.name), line: joint.line)
        }
        let scale = kind == .prismatic ? millimetres(metres: 1) : 1
        return ArmJoint(kind: kind, X_ParentJoint: X, axis: axis, limits: try limits(of: joint, kind, scale: scale))
    }

    private func limits(
        of joint: Joint, _ kind: JointKind, scale: Double
    ) throws(RobotDescriptionError) -> JointLimits {
        var (lower, upper) = (-Double.infinity, Double.infinity)
        if kind != .continuous {
            guard let given = joint.limits, given.lower != nil || given.upper != nil else {
                throw failed(.missingLimits(joint: joint.name), line: joint.line)
            }
            (lower, upper) = ((given.lower ?? 0) * scale, (given.upper ?? 0) * scale)
        }
        // A joint without end that gives no speed may turn once a second; any other must say how fast it may move.
        guard let velocity = joint.limits?.velocity ?? (kind == .continuous ? 2 * .pi : nil) else {
            throw failed(.missingLimits(joint: joint.name), line: joint.line)
        }
        let speed = velocity * scale
        guard lower <= upper, speed >= 0 else {
            throw failed(.badLimits(joint: joint.name, lower: lower, upper: upper, speed: speed), line: joint.line)
        }
        let acceleration = speed / Self.defaultTimeToSpeed
        return JointLimits(
            lower: lower, upper: upper, speed: speed, acceleration: acceleration,
            jerk: acceleration / Self.defaultTimeToAcceleration)
    }
}

extension URDFRobot.Joint {
    /// The joint's frame on its parent link at position 0: turned by roll, pitch and yaw about the parent's x, y, z; mm.
    var X_ParentJoint: Pose<Link, Link> {
        let (roll, pitch) = (turn(rpy_rad.x, about: .x), turn(rpy_rad.y, about: .y))
        return Pose(rotation: turn(rpy_rad.z, about: .z) * pitch * roll, translation: origin_m * millimetres(metres: 1))
    }

    private func turn(_ radians: Double, about axis: Direction<Link>) -> Rotation<Link, Link> {
        Rotation(radians: radians, about: axis)
    }
}

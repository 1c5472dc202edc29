import Files
import Foundation
import Frames

extension URDFRobot {
    /// The largest file that is read, in bytes.
    public static let mostBytes = 4 << 20
    static let mostDepth = 64

    /// Reads `path` and checks that its links and joints make one tree.
    ///
    /// - Throws: `RobotDescriptionError.unreadable`, `.tooLarge`, or `.urdf` with the line.
    public static func read(_ path: String) throws(RobotDescriptionError) -> URDFRobot {
        try parse(try readFile(path, mostBytes: mostBytes), file: path)
    }

    /// Reads a URDF from memory; `file` is for messages.
    public static func parse(_ data: Data, file: String) throws(RobotDescriptionError) -> URDFRobot {
        // A URDF has no entities: without them a small file cannot grow into a large one, nor name other files.
        for word in ["<!DOCTYPE", "<!ENTITY", "\0"] where data.range(of: Data(word.utf8)) != nil {
            throw .urdf(file: file, line: nil, .entities)
        }
        var reader = URDFReader()
        var line: Int?
        do throws(URDFProblem) { try reader.readAll([UInt8](data), line: &line) } catch {
            throw .urdf(file: file, line: line, error)
        }
        let name = reader.robotName
        let robot = URDFRobot(file: file, name: name, links: reader.links, joints: reader.joints)
        try robot.checkTree()
        return robot
    }
}

/// The bytes of a file that is no longer than `mostBytes`.
func readFile(_ path: String, mostBytes: Int) throws(RobotDescriptionError) -> Data {
    do { return try WholeFile.read(path, limit: mostBytes) } catch .tooLarge(let bytes, let most) {
        throw .tooLarge(file: path, bytes: bytes, most: most)
    } catch { throw .unreadable(file: path) }
}

/// Gathers links and joints from the tags of a file.
private struct URDFReader {
    var robotName = ""
    var links: [String] = []
    var joints: [URDFRobot.Joint] = []
    private var joint: URDFRobot.Joint?
    private var names: Set<String> = []

    /// Takes a whole document; `line` follows the tags, and is that of the flaw where there is one.
    mutating func readAll(_ text: [UInt8], line: inout Int?) throws(URDFProblem) {
        let document = try XMLReader(text)
        defer { line = document.line }
        while let event = try document.next() { try take(event, line: document.line) }
    }

    private mutating func take(_ event: XMLReader.Event, line: Int) throws(URDFProblem) {
        switch event {
        case .start(let element, let attributes, let depth):
            try start(element, attributes, depth: depth, line: line)
        case .end(_, depth: 2):
            guard let done = joint else { return }
            joint = nil
            for (missing, tag) in [(done.parent, "parent"), (done.child, "child")] where missing.isEmpty {
                throw .missingElement(joint: done.name, element: tag)
            }
            joints.append(done)
        case .end: break
        }
    }

    private mutating func start(
        _ element: String, _ attributes: [String: String], depth: Int, line: Int
    ) throws(URDFProblem) {
        guard depth <= URDFRobot.mostDepth else { throw .tooDeep(most: URDFRobot.mostDepth) }
        switch (depth, element) {
        case (1, "robot"): robotName = attributes["name"] ?? ""
        case (1, _): throw .notARobot(element: element)
        case (2, "link"): links.append(try unique("link", attributes))
        case (2, "joint"):
            let name = try unique("joint", attributes)
            let type = try required("type", of: "joint", name, attributes)
            joint = URDFRobot.Joint(name: name, type: type, parent: "", child: "", line: line)
        case (3, _): if joint != nil { try part(element, attributes) }
        default: break
        }
    }

    /// One of the elements inside a joint.
    private mutating func part(_ element: String, _ attributes: [String: String]) throws(URDFProblem) {
        guard var open = joint else { return }
        switch element {
        case "parent": open.parent = try required("link", of: "parent", open.name, attributes)
        case "child": open.child = try required("link", of: "child", open.name, attributes)
        case "origin":
            open.origin_m = try vector("xyz", of: element, attributes) ?? .zero
            open.rpy_rad = try vector("rpy", of: element, attributes) ?? .zero
        case "axis": open.axis = try vector("xyz", of: element, attributes) ?? open.axis
        case "limit":
            open.limits = URDFRobot.Limits(
                lower: try number("lower", of: element, attributes),
                upper: try number("upper", of: element, attributes),
                velocity: try number("velocity", of: element, attributes))
        case "mimic": open.isMimic = true
        default: break
        }
        joint = open
    }

    private mutating func unique(_ element: String, _ attributes: [String: String]) throws(URDFProblem) -> String {
        let name = try required("name", of: element, "", attributes)
        guard names.insert(element + " " + name).inserted else { throw .duplicateName(element: element, name: name) }
        return name
    }

    private func required(
        _ attribute: String, of element: String, _ name: String, _ attributes: [String: String]
    ) throws(URDFProblem) -> String {
        guard let value = attributes[attribute], !value.isEmpty else {
            throw .missingAttribute(element: element, name: name, attribute: attribute)
        }
        return value
    }

    private func numbers(
        _ attribute: String, of element: String, _ attributes: [String: String], count: Int
    ) throws(URDFProblem) -> [Double]? {
        guard let text = attributes[attribute] else { return nil }
        let found = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }.filter(\.isFinite)
        guard found.count == count, text.split(whereSeparator: \.isWhitespace).count == count else {
            let shown = String(text.prefix(80))
            throw .badNumber(element: element, attribute: attribute, value: shown, expected: count)
        }
        return found
    }

    private func number(
        _ attribute: String, of element: String, _ attributes: [String: String]
    ) throws(URDFProblem) -> Double? {
        try numbers(attribute, of: element, attributes, count: 1)?[0]
    }

    private func vector(
        _ attribute: String, of element: String, _ attributes: [String: String]
    ) throws(URDFProblem) -> Vector3? {
        try numbers(attribute, of: element, attributes, count: 3).map { Vector3($0[0], $0[1], $0[2]) }
    }
}

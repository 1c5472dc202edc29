import Yams

/// The pedicle screws that a plan may choose from. `Catalogues/pedicle-screws.yaml` is one; its README gives the format.
public struct ScrewCatalogue: Equatable, Sendable {
    public static let schema = "stylet.pedicle-screws/1"

    /// Screws of one diameter.
    public struct Screw: Equatable, Sendable {
        public let name: String
        /// Outer diameter of the thread, mm.
        public let diameter: Double
        /// From under the head to the tip, mm, rising.
        public let lengths: [Double]
    }

    public let name: String
    /// By rising diameter.
    public let screws: [Screw]

    /// The sizes of `Catalogues/pedicle-screws.yaml`, for where no file is given.
    public static let standard = ScrewCatalogue(
        name: "generic pedicle screws",
        screws: stride(from: 4.5, through: 8.5, by: 0.5).map { diameter in
            let lengths = stride(from: 25.0, through: diameter < 5.5 ? 45 : 60, by: 5).filter { diameter < 7.5 || $0 >= 30 }
            return Screw(name: "pedicle screw \(diameter)", diameter: diameter, lengths: lengths)
        })

    public var thinnest: Double { screws[0].diameter }

    /// - Throws: `PlanningError.file`, `.notACatalogue`.
    public init(path: String) throws(PlanningError) {
        try self.init(yaml: String(decoding: FileBytes.read(path, limit: 1 << 20), as: UTF8.self))
    }

    /// - Throws: `PlanningError.notACatalogue`.
    public init(yaml: String) throws(PlanningError) {
        let root = try CatalogueReader(yaml: yaml)
        let schema = try root.text("schema")
        guard schema == Self.schema else { throw .notACatalogue(key: "schema", .wrongSchema(schema)) }
        var screws: [Screw] = []
        for entry in try root.entries("screws") {
            let screw = Screw(
                name: try entry.text("name"), diameter: try entry.number("diameter_mm", within: 3...10),
                lengths: try entry.risingNumbers("lengths_mm", within: 20...120))
            guard screws.last.map({ $0.diameter < screw.diameter }) ?? true else {
                throw .notACatalogue(key: entry.path("diameter_mm"), .notRising)
            }
            guard !screws.contains(where: { $0.name == screw.name }) else {
                throw .notACatalogue(key: entry.path("name"), .repeatedName(screw.name))
            }
            screws.append(screw)
        }
        self.init(name: try root.text("name"), screws: screws)
    }

    init(name: String, screws: [Screw]) {
        self.name = name
        self.screws = screws
    }
}

/// Checked access to the YAML of a catalogue.
private struct CatalogueReader {
    let node: Node
    let key: String

    init(yaml: String) throws(PlanningError) {
        let composed: Node?
        do {
            composed = try Yams.compose(yaml: yaml)
        } catch {
            var line = 0
            if case .scanner(_, _, let mark, _)? = error as? YamlError { line = mark.line }
            if case .parser(_, _, let mark, _)? = error as? YamlError { line = mark.line }
            throw .notACatalogue(key: "", .notYAML(line: line))
        }
        guard let composed, composed.mapping != nil else { throw .notACatalogue(key: "", .wrongType) }
        node = composed
        key = ""
    }

    private init(node: Node, key: String) {
        self.node = node
        self.key = key
    }

    func path(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }

    private func value(_ name: String) throws(PlanningError) -> Node {
        guard let value = node.mapping?[Node(name)] else { throw .notACatalogue(key: path(name), .missing) }
        return value
    }

    func text(_ name: String) throws(PlanningError) -> String {
        guard let text = try value(name).scalar?.string, !text.isEmpty, text.utf8.count <= 200 else {
            throw .notACatalogue(key: path(name), .wrongType)
        }
        return text
    }

    func entries(_ name: String) throws(PlanningError) -> [CatalogueReader] {
        guard let list = try value(name).sequence else { throw .notACatalogue(key: path(name), .wrongType) }
        guard !list.isEmpty, list.count <= 1000 else { throw .notACatalogue(key: path(name), .empty) }
        return list.enumerated().map { CatalogueReader(node: $1, key: "\(path(name))[\($0)]") }
    }

    func number(_ name: String, within range: ClosedRange<Double>) throws(PlanningError) -> Double {
        try Self.number(value(name), path(name), range)
    }

    func risingNumbers(_ name: String, within range: ClosedRange<Double>) throws(PlanningError) -> [Double] {
        guard let list = try value(name).sequence else { throw .notACatalogue(key: path(name), .wrongType) }
        guard !list.isEmpty, list.count <= 1000 else { throw .notACatalogue(key: path(name), .empty) }
        var found: [Double] = []
        for entry in list {
            let x = try Self.number(entry, path(name), range)
            guard found.last.map({ $0 < x }) ?? true else { throw .notACatalogue(key: path(name), .notRising) }
            found.append(x)
        }
        return found
    }

    private static func number(_ node: Node, _ path: String, _ range: ClosedRange<Double>) throws(PlanningError) -> Double {
        guard let x = node.scalar.flatMap({ Double($0.string) }) else { throw .notACatalogue(key: path, .wrongType) }
        guard range.contains(x) else {
            throw .notACatalogue(key: path, .outOfRange(x, lowest: range.lowerBound, highest: range.upperBound))
        }
        return x
    }
}

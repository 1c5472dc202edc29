import Frames
import Imaging

extension PlanFile {
    var jsonObject: [String: JSONValue] {
        var object = others
        object["schema"] = .string(Self.schema)
        object["image"] = .object(image.jsonObject)
        object["items"] = .array(items.map { .object($0.jsonObject) })
        object["approvals"] = .array(approvals.map { .object($0.jsonObject) })
        return object
    }

    init(json: JSONValue) throws(PlanningError) {
        var root = try JSONReader(json, key: "")
        let schema = try root.string("schema", longest: 100)
        guard schema == Self.schema else { throw .notAPlan(key: "schema", .wrongSchema(schema)) }
        image = try Image(&root)
        let items = try root.array("items", limit: Self.itemLimit)
        self.items = []
        for (i, item) in items.enumerated() {
            self.items.append(try PlanItem(JSONReader(item, key: "items[\(i)]")))
        }
        var seen: Set<String> = []
        for (i, item) in self.items.enumerated() where !seen.insert(item.id).inserted {
            throw .notAPlan(key: "items[\(i)].id", .repeatedIdentifier(item.id))
        }
        approvals = []
        for (i, approval) in try root.array("approvals", limit: 100).enumerated() {
            approvals.append(try PlanApproval(JSONReader(approval, key: "approvals[\(i)]")))
        }
        others = root.rest
    }
}

extension PlanFile.Image {
    var jsonObject: [String: JSONValue] {
        var object = others
        object["series_uid"] = seriesUID.map(JSONValue.string) ?? .null
        object["sha256"] = .string(sha256)
        return object
    }

    init(_ root: inout JSONReader) throws(PlanningError) {
        var reader = try root.object("image")
        seriesUID = try reader.optionalString("series_uid", longest: 200)
        sha256 = try reader.string("sha256", longest: 64)
        guard sha256.utf8.count == 64, sha256.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else {
            throw .notAPlan(key: "image.sha256", .unknownValue(sha256))
        }
        others = reader.rest
    }
}

extension PlanItem {
    /// Within these a coordinate can lie in a patient, mm.
    static let coordinateRange = -1e5...1e5
    static let diameterRange = 0.1...30.0
    static let lengthRange = 0.1...500.0

    var jsonObject: [String: JSONValue] {
        var object = others
        object["id"] = .string(id)
        object["kind"] = .string(kind.rawValue)
        object["level"] = level.map { .string($0.levelName) }
        object["side"] = side.map { .string($0.rawValue) }
        object["entry_mm"] = .point(entry)
        object["target_mm"] = .point(target)
        object["diameter_mm"] = .number(diameter)
        object["length_mm"] = .number(length)
        object["metrics"] = .object(metrics)
        return object
    }

    init(_ given: JSONReader) throws(PlanningError) {
        var reader = given
        id = try reader.string("id", longest: 100)
        let name = try reader.string("kind", longest: 40)
        guard let kind = Kind(rawValue: name) else { throw .notAPlan(key: reader.path("kind"), .unknownValue(name)) }
        self.kind = kind
        level = try reader.level()
        side = try reader.side()
        entry = try reader.point("entry_mm", within: Self.coordinateRange)
        target = try reader.point("target_mm", within: Self.coordinateRange)
        diameter = try reader.number("diameter_mm", within: Self.diameterRange)
        length = try reader.number("length_mm", within: Self.lengthRange)
        metrics = try reader.object("metrics").rest
        guard !kind.isScrew || kind == .alarIliacScrew || level != nil else {
            throw .notAPlan(key: reader.path("level"), .missing)
        }
        guard !kind.isScrew || side != nil else { throw .notAPlan(key: reader.path("side"), .missing) }
        others = reader.rest
    }
}

extension JSONReader {
    fileprivate mutating func level() throws(PlanningError) -> AnatomicalLabel? {
        guard let name = try optionalString("level", longest: 20) else { return nil }
        guard let level = AnatomicalLabel(vertebra: name) else {
            throw .notAPlan(key: path("level"), .unknownValue(name))
        }
        return level
    }

    fileprivate mutating func side() throws(PlanningError) -> Side? {
        guard let name = try optionalString("side", longest: 20) else { return nil }
        guard let side = Side(rawValue: name) else { throw .notAPlan(key: path("side"), .unknownValue(name)) }
        return side
    }
}

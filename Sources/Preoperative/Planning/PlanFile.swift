import Foundation
import Imaging

/// A plan as it is written: `stylet.plan/1` of CONTRACT.md.
///
/// ```json
/// {"schema":"stylet.plan/1",
///  "image":{"series_uid":"1.2.3","sha256":"9f86…"},
///  "items":[{"id":"L3-left","kind":"pedicle-screw","level":"L3","side":"left","entry_mm":[20.5,61.25,-410],
///            "target_mm":[9.125,20,-411],"diameter_mm":6.5,"length_mm":45,"metrics":{"gertzbein_robbins":"A", …}}],
///  "approvals":[]}
/// ```
/// Keys that this version does not know are kept, written again, and part of the canonical bytes: an edit of them voids an
/// approval like any other. Optional keys are `series_uid`, `level` and `side`; an absent one is read as `null`.
public struct PlanFile: Equatable, Sendable {
    public static let schema = "stylet.plan/1"
    public static let itemLimit = 1000

    /// The image that the plan was made on.
    public struct Image: Equatable, Sendable {
        public var seriesUID: String?
        /// See `ImageFingerprint`.
        public var sha256: String
        var others: [String: JSONValue] = [:]

        public init(seriesUID: String?, sha256: String) {
            self.seriesUID = seriesUID
            self.sha256 = sha256
        }
    }

    public var image: Image
    public var items: [PlanItem]
    public var approvals: [PlanApproval]
    var others: [String: JSONValue] = [:]

    public init(image: Image, items: [PlanItem], approvals: [PlanApproval] = []) {
        self.image = image
        self.items = items
        self.approvals = approvals
    }

    public func item(_ id: String) throws(PlanningError) -> PlanItem {
        guard let found = items.first(where: { $0.id == id }) else { throw .itemNotFound(id) }
        return found
    }

    /// What an approval signs: the JSON without `approvals`, keys sorted, no white space (RFC 8785).
    public var canonicalBytes: [UInt8] {
        var object = jsonObject
        object["approvals"] = nil
        return JSONValue.object(object).canonicalBytes
    }

    /// The file's bytes, laid out for people. Equal plans give equal bytes.
    public var fileBytes: [UInt8] { JSONValue.object(jsonObject).prettyBytes }

    /// - Throws: `PlanningError.notJSON`, `.notAPlan`.
    public init(bytes: [UInt8]) throws(PlanningError) {
        try self.init(json: JSONParser.parse(bytes))
    }

    /// - Throws: `PlanningError.file`, `.notJSON`, `.notAPlan`.
    public init(path: String) throws(PlanningError) {
        try self.init(bytes: FileBytes.read(path, limit: JSONParser.byteLimit))
    }

    /// Writes beside, then renames: a reader sees the old file or the new one.
    ///
    /// - Throws: `PlanningError.file`.
    public func write(to path: String) throws(PlanningError) {
        try FileBytes.write(fileBytes, to: path)
    }
}

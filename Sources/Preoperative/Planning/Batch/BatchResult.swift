import Foundation
import Imaging

/// What planning one case of a batch gave; its file is `result.json` in the case's folder.
public struct BatchResult: Equatable, Sendable {
    public static let schema = "stylet.batch-case/1"

    public enum Status: String, Equatable, Sendable, CaseIterable {
        /// Every level has both its screws.
        case planned
        /// Some levels or sides were refused, each with its reason.
        case partly
        /// There is no screw; the reasons say why.
        case nothing
        /// The case could not be read, segmented or written.
        case failed
    }

    /// Why something was not done: a code for scripts and a sentence for people.
    public struct Reason: Equatable, Sendable {
        public let code: String
        public let message: String

        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// One screw's numbers, mm.
    public struct Screw: Equatable, Sendable {
        public let id: String
        public let grade: GertzbeinRobbins
        public let margin: Double
        public let medialMargin: Double
        public let diameter: Double
        public let length: Double
    }

    public let name: String
    /// Of the case's files and the batch's settings.
    public let inputs: String
    public var status: Status
    public var screws: [Screw] = []
    public var reasons: [Reason] = []
    /// SHA-256 of the plan's canonical bytes; `nil` without a plan.
    public var planSHA256: String?
    /// Names that the image does not settle.
    public var uncertainLevels: [String] = []

    init(name: String, inputs: String, status: Status) {
        self.name = name
        self.inputs = inputs
        self.status = status
    }

    /// The screw with the smallest margin to the bone's outside.
    public var worst: Screw? { screws.min { ($0.margin, $0.id) < ($1.margin, $1.id) } }

    public func count(_ grades: ClosedRange<GertzbeinRobbins>) -> Int { screws.count { grades.contains($0.grade) } }
}

extension BatchResult {
    public var json: JSONValue {
        .object([
            "schema": .string(Self.schema), "name": .string(name), "inputs_sha256": .string(inputs),
            "status": .string(status.rawValue), "plan_sha256": planSHA256.map(JSONValue.string) ?? .null,
            "screws": .array(
                screws.map {
                    .object([
                        "id": .string($0.id), "gertzbein_robbins": .string($0.grade.rawValue),
                        "margin_mm": .number($0.margin), "medial_margin_mm": .number($0.medialMargin),
                        "diameter_mm": .number($0.diameter), "length_mm": .number($0.length),
                    ])
                }),
            "reasons": .array(
                reasons.map { .object(["code": .string($0.code), "message": .string($0.message)]) }),
            "uncertain_levels": .array(uncertainLevels.map(JSONValue.string)),
        ])
    }

    /// `nil` for what is no such file.
    public init?(_ json: JSONValue) {
        guard let o = json.object, o["schema"]?.string == Self.schema, let name = o["name"]?.string,
            let inputs = o["inputs_sha256"]?.string, let status = o["status"]?.string.flatMap(Status.init),
            let screws = o["screws"]?.array, let reasons = o["reasons"]?.array
        else { return nil }
        self.init(name: name, inputs: inputs, status: status)
        planSHA256 = o["plan_sha256"]?.string
        self.screws = screws.compactMap(Screw.init)
        self.reasons = reasons.compactMap { reason in
            guard let code = reason.object?["code"]?.string, let message = reason.object?["message"]?.string else {
                return nil
            }
            return Reason(code: code, message: message)
        }
        uncertainLevels = o["uncertain_levels"]?.array?.compactMap(\.string) ?? []
        guard self.screws.count == screws.count, self.reasons.count == reasons.count else { return nil }
    }
}

extension BatchResult.Screw {
    fileprivate init?(_ json: JSONValue) {
        guard let o = json.object, let id = o["id"]?.string,
            let grade = o["gertzbein_robbins"]?.string.flatMap(GertzbeinRobbins.init),
            let margin = o["margin_mm"]?.number, let medial = o["medial_margin_mm"]?.number,
            let diameter = o["diameter_mm"]?.number, let length = o["length_mm"]?.number
        else { return nil }
        self.init(
            id: id, grade: grade, margin: margin, medialMargin: medial, diameter: diameter, length: length)
    }

    /// `nil` for an item that is no screw or lacks its metrics.
    init?(_ item: PlanItem) {
        guard let metrics = item.screwMetrics else { return nil }
        self.init(
            id: item.id, grade: metrics.grade, margin: roundedForFile(metrics.margin),
            medialMargin: roundedForFile(metrics.medialMargin), diameter: item.diameter, length: item.length)
    }
}

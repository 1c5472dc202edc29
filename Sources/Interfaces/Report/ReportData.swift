import Foundation
import Imaging
import Planning

extension PlanReport {
    /// What the page says, for other programs: `stylet.report/1`. Every quantity's key ends in its unit.
    ///
    /// `plan` is the plan's own JSON; `readings` gives each metric of an item with its limit (`lowest`, `highest`, in the
    /// metric's unit; `aim` true where it should be kept and need not), `headroom` (negative where the limit is not kept)
    /// and `standing` (`held`, `near`, `warning`, `broken`).
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "schema": .string("stylet.report/1"), "plan": (try? JSONParser.parse(plan.fileBytes)) ?? .null,
            "case": .object(Dictionary(uniqueKeysWithValues: caseJSON)),
            "remarks": .array(remarks.map(JSONValue.string)),
            "readings": .array(plan.items.map(readingsJSON)), "approvals": .array(approvalsJSON),
        ]
        if let previous { object["changes"] = PlanComparison(from: previous, to: plan).json }
        return .object(object)
    }

    /// The plan's items as CSV; see `PlanTable`.
    public var csv: String { PlanTable.csv(plan, limits: limits) }

    private var caseJSON: [(String, JSONValue)] {
        let (m, g) = (image.metadata, image.ct.geometry)
        func text(_ s: String?) -> JSONValue { s.map { $0.isEmpty ? .null : .string($0) } ?? .null }
        return [
            ("patient_id", text(m.patientID)), ("patient_name", text(m.patientName)), ("study_uid", text(m.studyUID)),
            ("series_uid", text(m.seriesUID)), ("series_description", text(m.seriesDescription)),
            ("study_date", text(m.studyDate)),
            ("size", .array([g.size.x, g.size.y, g.size.z].map { .number(Double($0)) })),
            ("spacing_mm", .array([g.spacing.x, g.spacing.y, g.spacing.z].map(JSONValue.number))),
            ("uncertain_levels", .array(uncertainLevels.map(JSONValue.string))),
        ]
    }

    private func readingsJSON(_ item: PlanItem) -> JSONValue {
        let readings = limits.readings(of: item).map { reading -> JSONValue in
            var object: [String: JSONValue] = ["key": .string(reading.key), "value": reading.value]
            object["lowest"] = reading.limit?.lowest.map(JSONValue.number)
            object["highest"] = reading.limit?.highest.map(JSONValue.number)
            if reading.limit?.isAim == true { object["aim"] = .bool(true) }
            object["headroom"] = reading.headroom.map { .number(($0 * 1e4).rounded() / 1e4) }
            object["standing"] = reading.standing.map { .string($0.rawValue) }
            return .object(object)
        }
        return .object(["id": .string(item.id), "readings": .array(readings)])
    }

    private var approvalsJSON: [JSONValue] {
        zip(plan.approvals, approvals).map { approval, checked in
            .object([
                "name": .string(approval.name), "approved_at": .string(approval.approvedAt),
                "holds": checked.holds.map(JSONValue.bool) ?? .null,
            ])
        }
    }
}

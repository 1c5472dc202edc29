import Frames

extension PlanComparison {
    /// The comparison as data; every quantity's key ends in its unit.
    public var json: JSONValue {
        .object([
            "same_image": .bool(isSameImage), "same_content": .bool(isSameContent),
            "items": .array(items.map(\.json)),
            "approvals_added": .array(approvalsAdded.map(Self.approval)),
            "approvals_removed": .array(approvalsRemoved.map(Self.approval)),
            "approvals_carried_over": .array(approvalsCarriedOver.map(Self.approval)),
        ])
    }

    private static func approval(_ a: PlanApproval) -> JSONValue {
        .object(["name": .string(a.name), "approved_at": .string(a.approvedAt)])
    }
}

extension PlanComparison.Item {
    var json: JSONValue {
        var object: [String: JSONValue] = ["id": .string(id), "change": .string(change.rawValue)]
        if change == .changed {
            object["entry"] = entry?.json
            object["target"] = target?.json
            object["angle_deg"] = .number(roundedForFile(degrees(radians: angle)))
            object["diameter_change_mm"] = .number(roundedForFile(diameterChange))
            object["length_change_mm"] = .number(roundedForFile(lengthChange))
            object["attributes"] = .array(attributes.map { .string($0.rawValue) })
            object["metrics"] = .array(metrics.map(\.json))
        }
        return .object(object)
    }
}

extension PlanComparison.Shift {
    var json: JSONValue {
        let d = displacement.vector
        return .object([
            "moved_mm": .number(roundedForFile(distance)), "along_axis_mm": .number(roundedForFile(along)),
            "across_axis_mm": .number(roundedForFile(across)),
            "displacement_mm": .array([d.x, d.y, d.z].map { .number(roundedForFile($0)) }),
        ])
    }
}

extension PlanComparison.MetricChange {
    var json: JSONValue {
        var object: [String: JSONValue] = [
            "key": .string(key), "before": before ?? .null, "after": after ?? .null,
        ]
        if let difference { object["difference"] = .number(roundedForFile(difference)) }
        return .object(object)
    }
}

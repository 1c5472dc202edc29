import Frames
import Imaging
import Planning

extension EditJournal.Base {
    var json: JSONValue {
        .object([
            "schema": .string(EditJournal.schema), "plan_sha256": .string(planSHA256),
            "labels_sha256": .string(labelsSHA256),
        ])
    }

    init?(json: JSONValue) throws(PlanningError) {
        guard let object = json.object, object["schema"]?.string == EditJournal.schema,
            let plan = object["plan_sha256"]?.string, let labels = object["labels_sha256"]?.string
        else { return nil }
        self.init(planSHA256: plan, labelsSHA256: labels)
    }
}

extension PlanSaving {
    var json: JSONValue {
        .object([
            "saving": .object([
                "plan_sha256": .string(base.planSHA256), "labels_sha256": .string(base.labelsSHA256),
                "labels_file_sha256": labelsFileSHA256.map(JSONValue.string) ?? .null,
            ])
        ])
    }

    init?(json: JSONValue) {
        guard let object = json.object?["saving"]?.object, let plan = object["plan_sha256"]?.string,
            let labels = object["labels_sha256"]?.string
        else { return nil }
        self.init(
            base: .init(planSHA256: plan, labelsSHA256: labels), labelsFileSHA256: object["labels_file_sha256"]?.string)
    }
}

extension EditJournal.Entry {
    var json: JSONValue {
        switch self {
        case .undo: .string("undo")
        case .redo: .string("redo")
        case .edit(let edit, let title, let burst):
            .object([
                "edit": edit.json, "title": .string(title), "burst": burst.map(JSONValue.string) ?? .null,
            ])
        }
    }

    init?(json: JSONValue) {
        if let word = json.string {
            switch word {
            case "undo": self = .undo
            case "redo": self = .redo
            default: return nil
            }
            return
        }
        guard let object = json.object, let edit = object["edit"].flatMap(PlanEdit.init(json:)),
            let title = object["title"]?.string
        else { return nil }
        self = .edit(edit, title: title, burst: object["burst"]?.string)
    }
}

extension PlanEdit {
    var json: JSONValue {
        switch self {
        case .replace(let item): .object(["replace": item.json])
        case .add(let item): .object(["add": item.json])
        case .remove(let id): .object(["remove": .string(id)])
        case .paint(let stroke): .object(["paint": stroke.json])
        case .rename(let renaming): .object(["rename": renaming.json])
        case .choose(let id): .object(["choose": .string(id)])
        }
    }

    init?(json: JSONValue) {
        guard let (kind, value) = json.object?.first, json.object?.count == 1 else { return nil }
        switch kind {
        case "replace":
            guard let item = try? PlanItem(json: value) else { return nil }
            self = .replace(item)
        case "add":
            guard let item = try? PlanItem(json: value) else { return nil }
            self = .add(item)
        case "remove":
            guard let id = value.string else { return nil }
            self = .remove(id: id)
        case "choose":
            guard let id = value.string else { return nil }
            self = .choose(id: id)
        case "paint":
            guard let stroke = BrushStroke(json: value) else { return nil }
            self = .paint(stroke)
        case "rename":
            guard let renaming = LevelRenaming(json: value) else { return nil }
            self = .rename(renaming)
        default: return nil
        }
    }
}

extension BrushStroke {
    var json: JSONValue {
        .object([
            "tool": .string(tool.rawValue), "label": .number(Double(label.number)), "radius_mm": .number(radius),
            "places_mm": .array(places.map { .array([.number($0.x), .number($0.y), .number($0.z)]) }),
        ])
    }

    init?(json: JSONValue) {
        guard let object = json.object, let tool = object["tool"]?.string.flatMap(Tool.init(rawValue:)),
            let label = object["label"]?.number.flatMap(UInt8.init(exactly:)), let radius = object["radius_mm"]?.number,
            let places = object["places_mm"]?.array
        else { return nil }
        var points: [Point<CT>] = []
        for place in places {
            guard let c = place.array, c.count == 3, let x = c[0].number, let y = c[1].number, let z = c[2].number
            else {
                return nil
            }
            points.append(Point(x, y, z))
        }
        self.init(tool: tool, label: AnatomicalLabel(label), radius: radius, places: points)
        guard isPossible else { return nil }
    }
}

extension LevelRenaming {
    var json: JSONValue {
        .array(pairs.map { .array([.number(Double($0.old.number)), .number(Double($0.new.number))]) })
    }

    init?(json: JSONValue) {
        guard let rows = json.array else { return nil }
        var pairs: [Pair] = []
        for row in rows {
            guard let numbers = row.array, numbers.count == 2,
                let old = numbers[0].number.flatMap(UInt8.init(exactly:)),
                let new = numbers[1].number.flatMap(UInt8.init(exactly:))
            else { return nil }
            pairs.append(Pair(old: AnatomicalLabel(old), new: AnatomicalLabel(new)))
        }
        self.init(pairs)
    }
}

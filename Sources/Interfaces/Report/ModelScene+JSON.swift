import Foundation
import Frames
import Meshing
import Planning

extension ModelScene {
    /// The view's data: places as 16-bit steps of each surface's box in base64, little-endian, so that a lumbar spine takes
    /// a few hundred kilobytes.
    var json: JSONValue {
        let (centre, reach) = centreAndReach
        return .object([
            "centre_mm": Self.numbers(centre.coordinates), "reach_mm": .number(reach),
            "surfaces": .array(surfaces.map(Self.json)), "items": .array(items.map(Self.json)),
            "names": .array(
                names.map { .object(["text": .string($0.text), "at_mm": Self.numbers($0.at.coordinates)]) }),
        ])
    }

    private static func numbers(_ v: Vector3) -> JSONValue {
        .array([v.x, v.y, v.z].map { .number(($0 * 1e4).rounded() / 1e4) })
    }

    private static func hexadecimal(_ c: SIMD3<UInt8>) -> String {
        "#" + [c.x, c.y, c.z].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func json(_ surface: Surface) -> JSONValue {
        let packed = PackedMesh(surface.mesh)
        return .object([
            "name": .string(surface.name), "group": .string(surface.group.rawValue),
            "colour": .string(hexadecimal(surface.colour)), "low_mm": numbers(packed.low),
            "step_mm": .array(
                [packed.step.x, packed.step.y, packed.step.z].map { .number($0) }),
            "positions": .string(packed.positions.base64EncodedString()),
            "triangles": .string(packed.triangles.base64EncodedString()), "wide": .bool(packed.isWide),
        ])
    }

    private static func json(_ item: PlanItem) -> JSONValue {
        var object: [String: JSONValue] = [
            "id": .string(item.id), "kind": .string(item.kind.rawValue),
            "colour": .string(hexadecimal(ItemLook.colour(item))),
            "entry_mm": numbers(item.entry.coordinates), "target_mm": numbers(item.target.coordinates),
            "diameter_mm": .number(item.diameter),
        ]
        if let grade = item.screwMetrics?.grade { object["grade"] = .string(grade.rawValue) }
        for key in ["tip_ellipsoid_95_mm", "tip_ellipsoid_axes"] {
            let wanted = key.hasSuffix("axes") ? 9 : 3
            guard let list = item.metrics[key]?.array, list.count == wanted, list.allSatisfy({ $0.number != nil })
            else {
                continue
            }
            object[key] = .array(list)
        }
        return .object(object)
    }
}

/// A mesh in few bytes: each coordinate in 65,535 steps of the mesh's box.
struct PackedMesh {
    let low: Vector3
    let step: Vector3
    let positions: Data
    let triangles: Data
    /// Whether triangles need 32 bits an index.
    let isWide: Bool

    init(_ mesh: TriangleMesh) {
        let bounds = mesh.bounds ?? (.origin, .origin)
        low = bounds.low.coordinates
        step = pointwiseMax((bounds.high.coordinates - low) / 65535, Vector3(repeating: 1e-9))
        isWide = mesh.vertices.count > 65535
        var places = Data(capacity: mesh.vertices.count * 6)
        for v in mesh.vertices {
            let q = ((v.coordinates - low) / step).rounded(.toNearestOrEven).clamped(
                lowerBound: .zero, upperBound: Vector3(repeating: 65535))
            for k in 0..<3 { Self.append(UInt16(q[k]), to: &places) }
        }
        var corners = Data(capacity: mesh.triangles.count * (isWide ? 12 : 6))
        for t in mesh.triangles {
            for k in 0..<3 {
                if isWide { Self.append(UInt32(t[k]), to: &corners) } else { Self.append(UInt16(t[k]), to: &corners) }
            }
        }
        (positions, triangles) = (places, corners)
    }

    private static func append<N: FixedWidthInteger>(_ n: N, to data: inout Data) {
        withUnsafeBytes(of: n.littleEndian) { data.append(contentsOf: $0) }
    }
}

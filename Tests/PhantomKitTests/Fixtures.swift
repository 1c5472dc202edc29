import Foundation
import Frames
import Imaging
import TestSupport

@testable import PhantomKit

let lumbarPath = repositoryFolder().appendingPathComponent("Phantoms/lumbar.yaml").path

/// Every definition in Phantoms/, by name.
func phantomPaths() throws -> [String] {
    let folder = repositoryFolder().appendingPathComponent("Phantoms")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }.sorted()
        .map { folder.appendingPathComponent($0).path }
}

func lumbarText() throws -> String { try String(contentsOfFile: lumbarPath, encoding: .utf8) }

func lumbar() throws -> Phantom { try Phantom(.load(lumbarPath)) }

let lumbarLevels = (20...24).map { AnatomicalLabel(UInt8($0)) }

/// A box of voxels round a point.
func box(round p: Point<CT>, size: Vector3, spacing: Vector3) throws -> GridGeometry {
    let n = (size / spacing).rounded(.up)
    let origin = p.coordinates - (n - Vector3(1, 1, 1)) * spacing / 2
    return try GridGeometry(size: GridSize(Int(n.x), Int(n.y), Int(n.z)), spacing: spacing, origin: Point(origin))
}

extension Phantom {
    /// The same phantom with an ideal scanner: no blur, no noise.
    func withIdealScanner() throws -> Phantom {
        var d = definition
        (d.scanner.inPlaneBlur, d.scanner.sliceBlur, d.scanner.noise) = (0, 0, 0)
        return try Phantom(d)
    }

    func bodyCentre(_ label: AnatomicalLabel) -> Point<CT> {
        landmarks.first { $0.label == label }?.pose.origin ?? .origin
    }
}

import Foundation
import Frames
import GRDB
import Imaging
import Planning
import TestSupport

@testable import CaseStore

/// A small case in a store of its own.
struct SmallCase {
    let folder: URL
    let store: CaseArchive
    let image: LoadedImage
    let patient: PatientRecord
    let plan: PlanFile

    static let now = CaseOccasion(who: "A Surgeon", time: Date(timeIntervalSince1970: 1_770_000_000.25))

    /// 12×10×6 voxels with values that tell every voxel from its neighbours.
    static func volume(offset: Int = 0) throws -> Volume<Int16> {
        let size = GridSize(12, 10, 6)
        let geometry = try GridGeometry(
            size: size, spacing: Vector3(0.8, 0.9, 2), origin: Point(-20.5, 11.25, -300))
        return Volume(geometry: geometry, voxels: (0..<size.count).map { Int16($0 * 7 % 1900 - 900 + offset) })
    }

    static func image(in folder: URL, offset: Int = 0) throws -> LoadedImage {
        var metadata = ImageMetadata(format: .dicom)
        (metadata.patientName, metadata.patientID) = ("Testcase^Thea", "TC-55512")
        (metadata.studyDate, metadata.patientBirthDate, metadata.patientPosition) = ("20240229", "19630412", "HFS")
        metadata.seriesDescription = "Lumbar spine of Thea"
        let path = folder.appendingPathComponent("ct-\(offset)").path
        try ImageWriter.writeDICOM(ct: try volume(offset: offset), metadata: metadata, to: path)
        return try ImageReader.read(path)
    }

    static func plan(_ image: LoadedImage, shift: Double = 0) -> PlanFile {
        let item = PlanItem(
            id: "L3-left", kind: .pedicleScrew, level: AnatomicalLabel(22), side: .left,
            entry: Point(1 + shift, 2, -295), target: Point(4, -30, -296), diameter: 6.5,
            metrics: ["margin_mm": .number(1.5), "note": .string("Thea's screw"), "gertzbein_robbins": .string("A")])
        return PlanFile(
            image: .init(seriesUID: image.metadata.seriesUID, sha256: ImageFingerprint.sha256(of: image.ct)),
            items: [item])
    }

    static func labels() throws -> LabelVolume {
        var labels = LabelVolume(geometry: try volume().geometry)
        for z in 1..<5 { for x in 2..<9 { labels[VoxelIndex(x, 4, z)] = 22 } }
        return labels
    }

    init() throws {
        folder = try temporaryFolder()
        store = try CaseArchive.open(folder.appendingPathComponent("store").path, creating: true)
        image = try Self.image(in: folder)
        plan = Self.plan(image)
        patient = try store.addPatient("P-017", on: Self.now)
    }

    /// Everything that a store can hold.
    func fill() throws {
        let series = try store.addSeries(image, of: patient, on: Self.now).record
        let labels = try store.addLabels(try Self.labels(), named: "labels.nii.gz", of: series, on: Self.now).record
        _ = try store.addPlanVersion(plan, named: "plan", of: patient, labels: labels, on: Self.now)
        var signed = Self.plan(image, shift: 1)
        try signed.approve(as: "A Surgeon", with: .generate(), at: Self.now.time)
        let version = try store.addPlanVersion(signed, named: "plan", of: patient, note: "moved", on: Self.now).record
        _ = try store.addRun(
            Data(#"{"scene":"x","passed":true}"#.utf8), of: patient, version: version, on: Self.now)
        try store.record("plan-opened", of: patient, on: Self.now)
    }

    /// A copy of the store's folder, with nothing of the original open in it.
    func copy() throws -> URL {
        try store.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        let place = folder.appendingPathComponent("copy-\(UUID().uuidString)")
        try FileManager.default.copyItem(atPath: store.path, toPath: place.path)
        for name in ["cases.sqlite-wal", "cases.sqlite-shm"] {
            try? FileManager.default.removeItem(at: place.appendingPathComponent(name))
        }
        return place
    }

    /// As `copy`, for who changes the database alone: the objects are those of the original.
    func copyOfDatabase() throws -> URL {
        try store.queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        let place = folder.appendingPathComponent("copy-\(UUID().uuidString)")
        let files = FileManager.default
        try files.createDirectory(at: place.appendingPathComponent("staging"), withIntermediateDirectories: true)
        for name in ["cases.sqlite", "key", "head.json"] {
            try files.copyItem(atPath: "\(store.path)/\(name)", toPath: place.appendingPathComponent(name).path)
        }
        try files.createSymbolicLink(
            atPath: place.appendingPathComponent("objects").path, withDestinationPath: store.path + "/objects")
        return place
    }

    /// All files below a folder, relative to it.
    static func files(below folder: URL) -> [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        var isFolder: ObjCBool = false
        return paths.sorted().filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }
}

/// A store with everything in it, made once, of which tests change copies.
enum FilledStore {
    private static let made = Result {
        let one = try SmallCase()
        try one.fill()
        return one
    }

    static func get() throws -> SmallCase { try made.get() }

    /// A connection that lets anything be changed, and does not wait for the disk.
    static func carelessQueue(_ store: URL) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        return try DatabaseQueue(path: store.appendingPathComponent("cases.sqlite").path, configuration: configuration)
    }
}

/// Bytes of a file changed in place, whatever its permissions say.
func overwrite(_ url: URL, _ bytes: [UInt8]) throws {
    chmod(url.path, 0o600)
    let handle = try FileHandle(forWritingTo: url)
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
}

/// Everything that can be read out of a database, and its trail.
func content(of queue: DatabaseQueue) throws -> [String] {
    try queue.read { db in
        try StoreTable.allCases.flatMap { table in try db.rows(table).map { "\(table) \($0.sha256)" } }
            + TrailEntry.fetch(db, "ORDER BY sequence").map { "\($0)" }
    }
}

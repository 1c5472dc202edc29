import Foundation
import Imaging
import Planning
import TestSupport
import Testing

@testable import CaseStore

@Suite struct CaseExportTests {
    private static func seeded(burnedIn: String? = "NO") throws -> (SmallCase, SeededSeries, LoadedImage) {
        let one = try SmallCase()
        var series = SeededSeries()
        let source = one.folder.appendingPathComponent("Leaky_Name")
        try series.write(to: source, burnedIn: burnedIn)
        let image = try ImageReader.read(source.path)
        _ = try one.store.addSeries(image, of: one.patient, on: SmallCase.now)
        return (one, series, image)
    }

    /// The bytes of every file of a folder, those of gzip inflated too.
    private static func bytes(below folder: URL) throws -> [(String, Data)] {
        try SmallCase.files(below: folder).map { ($0, try Data(contentsOf: folder.appendingPathComponent($0))) }
    }

    @Test func noSeededWordGetsOut() throws {
        let (one, series, image) = try Self.seeded()
        var labels = LabelVolume(geometry: image.ct.geometry)
        labels[VoxelIndex(3, 3, 2)] = 22
        let stored = try one.store.series(of: one.patient)[0]
        _ = try one.store.addLabels(labels, named: "LOLEAK-labels", of: stored, on: SmallCase.now)
        var plan = PlanFile(
            image: .init(seriesUID: image.metadata.seriesUID, sha256: ImageFingerprint.sha256(of: image.ct)),
            items: SmallCase.plan(image).items)
        plan.items[0].id = "NoteLEAK-left"
        plan.items[0].metrics["surgeon"] = .string("Dr LEAK")
        try plan.approve(as: "ApproverLEAK", with: .generate(), at: SmallCase.now.time)
        _ = try one.store.addPlanVersion(plan, named: "PlanLEAK", of: one.patient, note: "NoteLEAK", on: SmallCase.now)
        let out = one.folder.appendingPathComponent("out")
        let export = try one.store.exportDeidentified(one.patient, to: out.path, on: SmallCase.now)
        #expect(export.series == 1 && export.labels == 1 && export.plans == 1)
        #expect(export.remarks == [.approvalsLeftOut(plan: "plan-1.json", count: 1)])
        // The words are really in the stored files, so that their absence says something.
        let before = try one.store.files(of: stored).map { try one.store.objects.read($0.sha256) }
        for word in series.words where !["Leaky_Name"].contains(word) {
            #expect(before.contains { $0.range(of: Data(word.utf8)) != nil }, "\(word) was never planted")
        }
        let forbidden = series.words + ["LEAK", "P-017", "Thea", "20240229", "ApproverLEAK", "A Surgeon"]
        for (name, bytes) in try Self.bytes(below: out) {
            for word in forbidden {
                #expect(bytes.range(of: Data(word.utf8)) == nil, "\(name) says \(word)")
                let wide = Data(word.utf8.flatMap { [$0, 0] })
                #expect(bytes.range(of: wide) == nil, "\(name) says \(word) in UTF-16")
                #expect(!name.contains(word))
            }
        }
        #expect(try CaseArchive.verify(one.store.path).passed)
        #expect(try one.store.trail().last?.what == "export")
    }

    @Test func imagePlanAndLabelsStillFitTogether() throws {
        let one = try SmallCase()
        try one.fill()
        let out = one.folder.appendingPathComponent("out").path
        _ = try one.store.exportDeidentified(one.patient, to: out, on: SmallCase.now)
        let image = try ImageReader.read(out + "/series-1")
        let plan = try PlanFile(path: out + "/plan-1.json")
        try plan.checkImage(image.ct)
        #expect(image.ct == one.image.ct)
        #expect(plan.image.seriesUID == image.metadata.seriesUID)
        #expect(plan.image.seriesUID != one.image.metadata.seriesUID)
        #expect(plan.approvals.isEmpty && plan.items.map(\.id) == ["L3-left"])
        #expect(plan.items[0].entry.distance(to: SmallCase.plan(one.image, shift: 1).items[0].entry) == 0)
        #expect(plan.items[0].metrics == ["margin_mm": .number(1.5), "gertzbein_robbins": .string("A")])
        #expect(image.metadata.patientName == image.metadata.patientID && image.metadata.patientName.hasPrefix("case-"))
        #expect(image.metadata.patientBirthDate.isEmpty && image.metadata.seriesDescription.isEmpty)
        #expect(image.metadata.patientPosition == "HFS")
        for file in ["series-1-labels-1.dcm", "series-1-labels-1.nii.gz"] {
            let labels = try LabelReader.load("\(out)/\(file)", on: image.ct.geometry, of: image.metadata)
            #expect(labels.volume.voxels == (try SmallCase.labels().voxels), "\(file)")
        }
    }

    /// The same case goes out under the same identifiers each time, another store's under others; dates move by years.
    @Test func identifiersAreStableInOneStoreAndStrangeToOthers() throws {
        let one = try SmallCase()
        try one.fill()
        let paths = ["a", "b"].map { one.folder.appendingPathComponent($0).path }
        for path in paths { _ = try one.store.exportDeidentified(one.patient, to: path, on: SmallCase.now) }
        for (name, bytes) in try Self.bytes(below: URL(fileURLWithPath: paths[0])) {
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(paths[1])/\(name)")) == bytes, "\(name)")
        }
        let other = try SmallCase()
        try other.fill()
        let third = other.folder.appendingPathComponent("c").path
        _ = try other.store.exportDeidentified(other.patient, to: third, on: SmallCase.now)
        let (a, c) = (
            try ImageReader.read(paths[0] + "/series-1").metadata, try ImageReader.read(third + "/series-1").metadata
        )
        #expect(a.seriesUID != c.seriesUID && a.studyUID != c.studyUID && a.patientID != c.patientID)
        #expect(a.studyDate != c.studyDate || a.studyDate != "20240229")
        let date = try #require(Int(a.studyDate))
        #expect((20_140_101...20_230_301).contains(date))
    }

    @Test func burnedInTextIsRefused() throws {
        let (one, _, _) = try Self.seeded(burnedIn: "YES")
        let out = one.folder.appendingPathComponent("out").path
        #expect(throws: CaseStoreError.burnedInAnnotation(series: "series-1")) {
            try one.store.exportDeidentified(one.patient, to: out, on: SmallCase.now)
        }
        #expect(!FileManager.default.fileExists(atPath: out))
        #expect(!SmallCase.files(below: one.folder).contains { $0.hasSuffix(".part") || $0.contains("/staging/") })
        _ = try one.store.exportDeidentified(one.patient, to: out, allowBurnedIn: true, on: SmallCase.now)
    }

    @Test func whatIsNotKnownIsSaid() throws {
        // Our own writer calls its slices DERIVED and says nothing of burned-in text; there are no labels.
        let one = try SmallCase()
        _ = try one.store.addSeries(one.image, of: one.patient, on: SmallCase.now)
        let out = one.folder.appendingPathComponent("out").path
        let export = try one.store.exportDeidentified(one.patient, to: out, on: SmallCase.now)
        #expect(export.remarks == [.pixelsNotKnownClean(series: "series-1"), .faceMayShow(series: "series-1")])
        let nobody = try one.store.addPatient("P-0", on: SmallCase.now)
        #expect(throws: CaseStoreError.nothingToExport(patient: "P-0")) {
            try one.store.exportDeidentified(nobody, to: out + "2", on: SmallCase.now)
        }
        // A folder with other things is left alone.
        #expect(throws: CaseStoreError.self) {
            try one.store.exportDeidentified(one.patient, to: one.folder.path, on: SmallCase.now)
        }
    }
}

import Foundation
import Imaging
import Planning
import TestSupport
import Testing

@testable import CaseStore

@Suite struct CaseArchiveTests {
    @Test func whatGoesInComesOut() throws {
        let one = try SmallCase()
        try one.fill()
        let again = try CaseArchive.open(one.store.path)
        #expect(try again.patients() == [one.patient])
        let series = try #require(try again.series(of: one.patient).first)
        #expect(series.fingerprint == ImageFingerprint.sha256(of: one.image.ct))
        let out = one.folder.appendingPathComponent("out").path
        let image = try ImageReader.read(try again.checkOut(series, to: out))
        #expect(image.ct == one.image.ct)
        #expect(image.metadata.patientName == "Testcase^Thea")
        for (stored, source) in zip(try again.files(of: series), one.image.metadata.sourceFiles) {
            let back = try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(stored.name)"))
            let first = try Data(contentsOf: URL(fileURLWithPath: source))
            #expect(back == first)
        }
        let labels = try #require(try again.labels(of: series).first)
        let file = one.folder.appendingPathComponent("l.nii.gz").path
        try again.checkOut(labels, to: file)
        #expect(try LabelReader.read(file).voxels == SmallCase.labels().voxels)
        let plan = try again.plan("plan", of: one.patient)
        let versions = try again.versions(of: plan)
        #expect(versions.map(\.number) == [1, 2] && versions.map(\.note) == ["", "moved"])
        #expect(try again.planFile(versions[0]) == one.plan)
        #expect(try again.latest(of: plan) == versions[1])
        #expect(try again.approvals(of: versions[1]).map(\.name) == ["A Surgeon"])
        #expect(try again.planFile(versions[1]).approvals.count == 1)
        let run = try #require(try again.runs(of: one.patient).first)
        #expect(run.kind == "scene" && run.passed == true && run.version == versions[1].id)
        #expect(try again.runResult(run) == Data(#"{"scene":"x","passed":true}"#.utf8))
        #expect(
            try again.trail().map(\.what) == [
                "make-store", "add-patient", "add-series", "add-labels", "add-plan", "add-plan", "add-run",
                "plan-opened",
            ])
        #expect(try again.trail(of: one.patient).count == 7)
    }

    @Test func theSameContentIsKeptOnce() throws {
        let one = try SmallCase()
        try one.fill()
        let before = (try one.store.trail().count, one.store.objects.all().objects)
        #expect(try !one.store.addSeries(one.image, of: one.patient, on: SmallCase.now).isNew)
        let other = try one.store.addPatient("P-018", on: SmallCase.now)
        #expect(try one.store.addSeries(one.image, of: other, on: SmallCase.now).isNew)
        #expect(one.store.objects.all().objects == before.1)
        #expect(try one.store.trail().count == before.0 + 2)
        #expect(throws: CaseStoreError.patientExists(name: "P-018")) {
            try one.store.addPatient("P-018", on: SmallCase.now)
        }
    }

    /// A signature under the plan as it stands is no new version of it; a moved screw is.
    @Test func signingIsNoNewVersion() throws {
        let one = try SmallCase()
        _ = try one.store.addSeries(one.image, of: one.patient, on: SmallCase.now)
        var plan = one.plan
        let first = try one.store.addPlanVersion(plan, named: "plan", of: one.patient, on: SmallCase.now)
        try plan.approve(as: "A Surgeon", with: .generate(), at: SmallCase.now.time)
        let signed = try one.store.addPlanVersion(plan, named: "plan", of: one.patient, on: SmallCase.now)
        #expect(first.record == signed.record && signed.isNew)
        let again = try one.store.addPlanVersion(plan, named: "plan", of: one.patient, on: SmallCase.now)
        #expect(!again.isNew)
        #expect(try one.store.planFile(first.record) == plan)
        let moved = SmallCase.plan(one.image, shift: 0.1)
        #expect(
            try one.store.addPlanVersion(moved, named: "plan", of: one.patient, on: SmallCase.now).record.number == 2)
        // Back to what it was: a third version, not the first again.
        #expect(
            try one.store.addPlanVersion(one.plan, named: "plan", of: one.patient, on: SmallCase.now).record.number == 3
        )
    }

    @Test func aPlanOfAnotherImageIsRefused() throws {
        let one = try SmallCase()
        let sha256 = one.plan.image.sha256
        #expect(throws: CaseStoreError.imageNotInCase(patient: "P-017", sha256: sha256)) {
            try one.store.addPlanVersion(one.plan, named: "plan", of: one.patient, on: SmallCase.now)
        }
        #expect(try one.store.trail().count == 2)
        #expect(try CaseArchive.verify(one.store.path).passed)
    }

    @Test(arguments: ["", " x", "a\u{0}b", "a\nb", String(repeating: "ä", count: 101)])
    func impossibleNamesAreRefused(_ name: String) throws {
        let one = try SmallCase()
        #expect(throws: CaseStoreError.self) { try one.store.addPatient(name, on: SmallCase.now) }
        #expect(throws: CaseStoreError.self) {
            try one.store.addPatient("P", on: CaseOccasion(who: name, time: Date()))
        }
    }

    @Test func foreignFoldersAndNewerStoresAreRefused() throws {
        let folder = try temporaryFolder()
        #expect(throws: CaseStoreError.notFound(path: folder.path)) { try CaseArchive.open(folder.path) }
        try Data("mine".utf8).write(to: folder.appendingPathComponent("letter.txt"))
        #expect(throws: CaseStoreError.notAStore(path: folder.path)) {
            try CaseArchive.open(folder.path, creating: true)
        }
        let one = try SmallCase()
        try one.store.queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9-robots')") }
        let newer = CaseStoreError.newerSchema(
            path: one.store.path, known: ["1-cases"], found: ["1-cases", "9-robots"])
        #expect(throws: newer) { try CaseArchive.open(one.store.path) }
        #expect(throws: newer) { try CaseArchive.verify(one.store.path) }
    }

    /// Nothing but its owner's to read.
    @Test func filesArePrivate() throws {
        let one = try SmallCase()
        try one.fill()
        for name in SmallCase.files(below: URL(fileURLWithPath: one.store.path)) {
            var status = stat()
            #expect(stat("\(one.store.path)/\(name)", &status) == 0)
            #expect(status.st_mode & 0o077 == 0, "\(name)")
            if name.hasPrefix("objects") { #expect(status.st_mode & 0o222 == 0, "\(name)") }
        }
    }

    @Test func removalKeepsTheTrailAndNothingElse() throws {
        let one = try SmallCase()
        try one.fill()
        let other = try one.store.addPatient("P-018", on: SmallCase.now)
        _ = try one.store.addSeries(one.image, of: other, on: SmallCase.now)
        let shared = try one.store.files(of: try one.store.series(of: other)[0]).map(\.sha256)
        let removal = try one.store.remove(one.patient, reason: "consent withdrawn", on: SmallCase.now)
        // One patient, image, labels, plan, approval and run, and two versions.
        #expect(removal.rows == 8 && removal.objects == 4)
        #expect(try one.store.patients() == [other])
        for object in shared { _ = try one.store.objects.read(object) }
        #expect(try CaseArchive.verify(one.store.path).passed)
        #expect(try CaseArchive.verify(one.store.path).remarks.isEmpty)
        _ = try one.store.remove(other, reason: "", on: SmallCase.now)
        #expect(one.store.objects.all().objects.isEmpty)
        let left = try one.copy()
        for name in SmallCase.files(below: left) {
            let bytes = try Data(contentsOf: left.appendingPathComponent(name))
            for word in ["P-017", "P-018", "Thea", "TC-55512", "19630412"] {
                #expect(bytes.range(of: Data(word.utf8)) == nil, "\(name) still says \(word)")
            }
        }
        // A number that was given once is not given again.
        let third = try one.store.addPatient("P-017", on: SmallCase.now)
        #expect(third.id > other.id)
        #expect(try CaseArchive.verify(one.store.path).passed)
    }

    @Test func twoAtOnceLoseNothing() throws {
        let one = try SmallCase()
        _ = try one.store.addSeries(one.image, of: one.patient, on: SmallCase.now)
        let path = one.store.path, patient = one.patient, image = one.image
        let outcomes = parallelMap(40) { i -> Bool in
            // Each its own connection and lock, as processes have.
            guard let store = try? CaseArchive.open(path) else { return false }
            let plan = SmallCase.plan(image, shift: Double(i) / 10)
            return (try? store.addPlanVersion(plan, named: "plan", of: patient, on: SmallCase.now)) != nil
        }
        #expect(!outcomes.contains(false))
        let versions = try one.store.versions(of: try one.store.plan("plan", of: patient))
        #expect(versions.map(\.number) == Array(1...40))
        #expect(Set(versions.map(\.digest)).count == 40)
        let found = try CaseArchive.verify(path)
        #expect(found.passed && found.remarks.isEmpty && found.entries == 43, "\(found)")
    }

    @Test func makingItTwiceAtOnceMakesOne() throws {
        let path = try temporaryFolder().appendingPathComponent("deep/store").path
        let outcomes = parallelMap(8) { i -> Bool in
            guard let store = try? CaseArchive.open(path, creating: true) else { return false }
            return (try? store.addPatient("P-\(i)", on: SmallCase.now)) != nil
        }
        #expect(!outcomes.contains(false))
        let found = try CaseArchive.verify(path)
        #expect(found.passed && found.entries == 9 && found.rows == 8, "\(found)")
    }
}

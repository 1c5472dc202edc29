import Foundation
import Frames
import Imaging
import Planning
import TestSupport
import Testing

@testable import Report

@Suite struct ReportFilesTests {
    private let date = Date(timeIntervalSince1970: 1_770_000_000)

    @Test func thePDFHasPagesAndIsTheSameEachTime() throws {
        let report = try PlanReportTests.report()
        let pdf = try report.pdf(at: date)
        let text = String(decoding: pdf, as: UTF8.self)
        #expect(text.hasPrefix("%PDF-") && text.contains("%%EOF"))
        #expect(pdf.count > 20_000)
        #expect(try report.pdf(at: date) == pdf)
    }

    @Test func hostileAndEmptyPlansAreDrawn() throws {
        var report = try PlanReportTests.report(["a\u{0}b\u{7}", String(repeating: "long ", count: 60), "</script>"])
        report.previous = PlanFile(image: report.plan.image, items: [])
        #expect(try report.pdf(at: date).count > 20_000)
        #expect(try PlanReportTests.report([]).pdf(at: date).count > 1000)
    }

    @Test func jsonSaysLimitsAndApprovals() throws {
        let json = try PlanReportTests.report().json
        let readings = try #require(json.object?["readings"]?.array?.first?.object?["readings"]?.array)
        let breach = try #require(readings.first { $0.object?["key"] == .string("breach_mm") }?.object)
        #expect(breach["highest"] == .number(0.25) && breach["standing"] == .string("broken"))
        #expect(breach["headroom"] == .number(-0.5))
        #expect(json.object?["schema"] == .string("stylet.report/1"))
        #expect(json.object?["plan"]?.object?["items"]?.array?.count == 2)
    }

    @Test func anImageThatIsNotDICOMHasNoStudyToJoin() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = try PlanReportTests.report()
        let path = folder.appendingPathComponent("r.dcm").path
        #expect(throws: ImagingError.self) { try report.writeDICOM(Data([1, 2, 3]), to: path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

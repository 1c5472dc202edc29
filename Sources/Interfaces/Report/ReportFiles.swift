import Foundation
import Imaging
import Planning

extension PlanReport {
    /// Whether the page's model can be turned: three.js was found.
    public var hasTurningModel: Bool { library != nil }

    /// The report as A4 pages.
    ///
    /// - Parameter date: what the file gives as the time at which it was made.
    /// - Throws: `ReportError.documentNotDrawn`.
    public func pdf(at date: Date = Date()) throws(ReportError) -> Data {
        var pages = try ReportPages(self, date: date)
        return try pages.draw()
    }

    /// - Throws: `ReportError.notWritten`.
    public func writePDF(_ pages: Data, to path: String) throws(ReportError) { try write(pages, to: path) }

    /// - Throws: `ReportError.notWritten`.
    public func writeJSON(to path: String) throws(ReportError) { try write(Data(json.prettyBytes), to: path) }

    /// - Throws: `ReportError.notWritten`.
    public func writeCSV(to path: String) throws(ReportError) { try write(Data(csv.utf8), to: path) }

    /// Writes the pages as an Encapsulated PDF of the image's patient and study, in a series of its own, naming the images
    /// that the plan was made on.
    ///
    /// - Throws: `ImagingError.noSourceSeries` where the image is not DICOM, `.unwritable`, `.unreadable`.
    public func writeDICOM(_ pages: Data, at date: Date = Date(), to path: String) throws(ImagingError) {
        try EncapsulatedPDF.write(
            pdf: pages, title: "Stylet plan report", date: date, of: image.metadata, on: image.ct.geometry, to: path)
    }

    private func write(_ data: Data, to path: String) throws(ReportError) {
        do { try AtomicFile.write(data, to: path) } catch { throw .notWritten(path: path, reason: "\(error)") }
    }
}

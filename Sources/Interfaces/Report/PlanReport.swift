import Foundation
import Imaging
import Planning
import Scenes

/// A plan as one self-contained page: the case, every item with its pictures and numbers, and a scene's errors over time.
public struct PlanReport {
    public let image: LoadedImage
    public let labels: LabelVolume?
    public let plan: PlanFile
    /// What a run in simulation gave; `nil` for a plan alone.
    public var scene: SceneResult?
    /// Remarks that belong on the first page: irregularities, uncertain level names.
    public var remarks: [String] = []
    /// What the numbers are held against.
    public var limits = PlanLimits()
    /// The version before, to say what changed.
    public var previous: PlanFile?
    /// With these each approval is checked; without them it is only named.
    public var trusted: TrustedKeys?
    /// Where three.js is; a page without it has a still picture instead of the model that turns.
    var library = ThreeLibrary.installed()

    public init(image: LoadedImage, labels: LabelVolume?, plan: PlanFile) {
        self.image = image
        self.labels = labels
        self.plan = plan
    }

    /// The page's HTML.
    ///
    /// - Throws: `ReportError.pictureNotWritten`.
    public func html(progress: ProgressReport? = nil) throws(ReportError) -> String {
        var page = HTMLPage(title: "Stylet plan: \(title)")
        addCase(to: &page)
        if let previous { ChangesSection(comparison: PlanComparison(from: previous, to: plan)).add(to: &page) }
        addTables(to: &page)
        UncertaintySection(plan: plan, limits: limits).add(to: &page)
        page.add("<div class=\"model-part\">")
        try ModelSection(scene: model, library: library).add(to: &page)
        page.add("</div>")
        try addOverview(to: &page)
        if let scene { SceneSection(scene: scene).add(to: &page) }
        page.add("<div class=\"items\">")
        page.heading("Each item")
        for (number, item) in plan.items.enumerated() {
            try addItem(item, to: &page)
            progress?(Double(number + 1) / Double(plan.items.count))
        }
        page.add("</div>")
        return page.html
    }

    /// Writes the page beside, then renames it to `path`.
    ///
    /// - Throws: `ReportError`.
    public func write(to path: String, progress: ProgressReport? = nil) throws(ReportError) {
        let data = Data(try html(progress: progress).utf8)
        do { try AtomicFile.write(data, to: path) } catch { throw .notWritten(path: path, reason: "\(error)") }
    }

    private var prepared: ModelScene?

    /// What the model shows.
    var model: ModelScene { prepared ?? ModelScene(labels: labels, plan: plan) }

    /// Makes the model's surfaces, so that a page and a PDF of one report need not make them twice.
    public mutating func prepareModel(progress: ProgressReport? = nil) {
        prepared = ModelScene(labels: labels, plan: plan, progress: progress)
    }

    var title: String {
        let described = image.metadata.seriesDescription
        return described.isEmpty ? "\(plan.items.count) items" : described
    }
}

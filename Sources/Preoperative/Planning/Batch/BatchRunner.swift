import Crypto
import Foundation
import Imaging
import Segmentation

/// Plans case after case into one folder each. A case that is done with the same inputs is not done again, so that a
/// batch that was ended goes on where it was; one case's failure leaves the others alone.
///
/// ```swift
/// let runner = BatchRunner(cases: try BatchCase.all(in: "cases"), out: "plans")
/// let results = try runner.run(reason: { .init(code: "failed", message: "\($0)") })
/// ```
/// In `OUT/NAME/`: `plan.json`, `labels.nii.gz` where the case brought none, and last `result.json`.
public struct BatchRunner: Sendable {
    public let cases: [BatchCase]
    public let out: String
    public var planner = PedicleScrewPlanner()
    /// `nil` plans every vertebra that the labels hold, that can be planned on, and that the image does not cut off.
    public var levels: [AnatomicalLabel]?
    /// Something that tells this program from another that would plan otherwise.
    public var version = ""

    public init(cases: [BatchCase], out: String) {
        self.cases = cases
        self.out = out
    }

    /// What happens while a batch runs.
    public enum Event: Sendable {
        case began(BatchCase, number: Int)
        /// Reading 0…0.2, segmenting to 0.8, planning to 1.
        case progress(Double)
        /// `isOld` where it was done before; `secondsLeft` where at least one case was done anew.
        case ended(BatchResult, isOld: Bool, secondsLeft: Double?)
    }

    /// - Parameters:
    ///   - reason: says in a sentence why a case failed or a screw was refused.
    ///   - observe: called from this thread, but for `.progress`, which may come from any.
    /// - Throws: `PlanningError.file` where the folder for the results cannot be written: that stops all.
    public func run(
        reason: (any Error) -> BatchResult.Reason, observe: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(PlanningError) -> [BatchResult] {
        try Self.makeFolder(out)
        var results: [BatchResult] = []
        var (worked, workedCases) = (0.0, 0)
        for (i, one) in cases.enumerated() {
            observe(.began(one, number: i + 1))
            let start = ContinuousClock.now
            let (result, isOld) = try run(one, reason) { observe(.progress($0)) }
            results.append(result)
            if !isOld {
                worked += (ContinuousClock.now - start) / .seconds(1)
                workedCases += 1
            }
            let left = workedCases == 0 ? nil : worked / Double(workedCases) * Double(cases.count - i - 1)
            observe(.ended(result, isOld: isOld, secondsLeft: left))
        }
        return results
    }

    /// What the plans depend on beside the cases.
    var settings: String {
        let named = levels.map { $0.map(\.levelName).joined(separator: ",") } ?? "all"
        return "\(version)|\(named)|\(planner.catalogue)|\(planner.limits)"
    }

    public func folder(of one: BatchCase) -> String { "\(out)/\(one.name)" }

    /// The labels that a case was planned on.
    public func labels(of one: BatchCase) -> String { one.labels ?? "\(folder(of: one))/labels.nii.gz" }

    private func run(
        _ one: BatchCase, _ reason: (any Error) -> BatchResult.Reason, _ progress: @escaping ProgressReport
    ) throws(PlanningError) -> (BatchResult, isOld: Bool) {
        let folder = folder(of: one)
        var inputs = ""
        do throws(PlanningError) {
            inputs = try one.fingerprint(settings: settings)
            if let old = finished(one, inputs) { return (old, true) }
        } catch {
            // An unreadable file is this case's failure.
            return (failure(one, inputs, reason(error)), false)
        }
        try Self.makeFolder(folder)
        // What an ended run left must not stand beside another result.
        unlink("\(folder)/result.json")
        var result: BatchResult
        do { result = try plan(one, inputs, folder, reason, progress) } catch {
            unlink("\(folder)/plan.json")
            result = failure(one, inputs, reason(error))
        }
        try FileBytes.write(result.json.prettyBytes, to: "\(folder)/result.json")
        return (result, false)
    }

    private func failure(_ one: BatchCase, _ inputs: String, _ reason: BatchResult.Reason) -> BatchResult {
        var result = BatchResult(name: one.name, inputs: inputs, status: .failed)
        result.reasons = [reason]
        return result
    }

    /// The result of an earlier run with the same inputs, whose plan is still there as it was. Failures are tried
    /// again: their cause may have lain outside the case.
    private func finished(_ one: BatchCase, _ inputs: String) -> BatchResult? {
        let folder = folder(of: one)
        guard let bytes = try? FileBytes.read("\(folder)/result.json", limit: JSONParser.byteLimit),
            let json = try? JSONParser.parse(bytes), let old = BatchResult(json), old.name == one.name,
            old.inputs == inputs, old.status != .failed
        else { return nil }
        guard let planned = old.planSHA256 else { return old }
        guard let plan = try? PlanFile(path: "\(folder)/plan.json"), Self.sha256(plan) == planned,
            access(labels(of: one), R_OK) == 0
        else { return nil }
        return old
    }

    private static func sha256(_ plan: PlanFile) -> String {
        SHA256.hash(data: plan.canonicalBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func plan(
        _ one: BatchCase, _ inputs: String, _ folder: String, _ reason: (any Error) -> BatchResult.Reason,
        _ progress: @escaping ProgressReport
    ) throws -> BatchResult {
        let image = try ImageReader.read(one.image, keepsExact: false) { progress(0.2 * $0) }
        guard image.allowsPlanning else {
            throw PlanningError.imageForbidsPlanning(
                path: one.image, image.irregularities.filter { $0.effect == .forbidsPlanning })
        }
        let spine = try labels(one, image, folder) { progress(0.2 + 0.6 * $0) }
        let wanted = levels ?? Self.plannable(spine)
        let cut = wanted.filter(spine.partial.contains)
        let planned = try planner.plan(
            ct: image.ct, labels: spine.labels, levels: wanted.filter { !cut.contains($0) },
            seriesUID: image.metadata.seriesUID
        ) { progress(0.8 + 0.2 * $0) }
        var plan = planned.plan
        for i in plan.items.indices {
            if let level = plan.items[i].level, spine.uncertain.contains(level) {
                plan.items[i].metrics["level_is_certain"] = .bool(false)
            }
        }
        let refusals = cut.map { PlanningError.vertebra($0, .cutByImageEdge) } + planned.refusals
        var result = BatchResult(name: one.name, inputs: inputs, status: refusals.isEmpty ? .planned : .partly)
        result.reasons = refusals.map(reason)
        result.screws = plan.items.compactMap(BatchResult.Screw.init)
        result.uncertainLevels = wanted.filter(spine.uncertain.contains).map(\.levelName)
        if plan.items.isEmpty {
            result.status = .nothing
            unlink("\(folder)/plan.json")
        } else {
            result.planSHA256 = Self.sha256(plan)
            try plan.write(to: "\(folder)/plan.json")
        }
        return result
    }

    private struct Spine {
        let labels: LabelVolume
        var uncertain: Set<AnatomicalLabel> = []
        var partial: Set<AnatomicalLabel> = []
    }

    private func labels(
        _ one: BatchCase, _ image: LoadedImage, _ folder: String, _ progress: @escaping ProgressReport
    ) throws -> Spine {
        if let given = one.labels {
            let loaded = try LabelReader.load(
                given, on: image.ct.geometry, of: image.metadata, progress: progress)
            return Spine(labels: loaded.volume)
        }
        let found = try SpineSegmentation.segment(image.ct, progress: progress)
        try LabelWriter.write(found.labels, to: "\(folder)/labels.nii.gz")
        return Spine(
            labels: found.labels, uncertain: Set(found.vertebrae.filter { !$0.isCertain }.map(\.label)),
            partial: Set(found.vertebrae.filter(\.isPartial).map(\.label)))
    }

    /// From head to tail.
    private static func plannable(_ spine: Spine) -> [AnatomicalLabel] {
        let present = Set(spine.labels.counts().keys)
        return AnatomicalLabel.craniocaudal.filter {
            present.contains($0) && PedicleScrewPlanner.canPlan($0) && !spine.partial.contains($0)
        }
    }

    private static func makeFolder(_ path: String) throws(PlanningError) {
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw .file(path: path, errno: errno == 0 ? EACCES : errno)
        }
        guard access(path, W_OK) == 0 else { throw .file(path: path, errno: errno) }
    }
}

import Foundation
import Frames
import Imaging
import PhantomKit
import Planning
import Segmentation

/// Everything before the operation: the patient's image, its labels, and an approved plan.
public struct PreparedScene: Sendable {
    public let phantom: Phantom
    public let image: LoadedImage
    public let labels: LabelVolume
    public let plan: PlanFile
    /// SHA-256 of the plan's canonical bytes, whose approval was verified.
    let approvedPlan: SIMD4<UInt64>
}

extension Scene {
    /// Makes the phantom's CT, segments it, plans on it, and approves the plan with a key of the simulation's own.
    func prepare(_ observer: some SceneObserver) throws(SceneError) -> PreparedScene {
        let phantom = try loadPhantom()
        let image = try scan(phantom, observer)
        let labels = try observer.stage("segment", "segmenting") { progress throws(SceneError) in
            do throws(SegmentationError) {
                return try SpineSegmentation.segment(image.ct, progress: progress).labels
            } catch {
                throw .segmentation(error)
            }
        }
        var plan = try makePlan(image, labels, observer)
        let digest = try approve(&plan)
        return PreparedScene(phantom: phantom, image: image, labels: labels, plan: plan, approvedPlan: digest)
    }

    private func loadPhantom() throws(SceneError) -> Phantom {
        do throws(PhantomError) { return try Phantom(try PhantomDefinition.load(definition.phantomPath)) } catch {
            throw .phantom(error)
        }
    }

    private func scan(_ phantom: Phantom, _ observer: some SceneObserver) throws(SceneError) -> LoadedImage {
        try observer.stage("phantom", "scanning the phantom") { progress throws(SceneError) in
            do throws(PhantomError) {
                let geometry = try phantom.geometry(spacing: definition.spacing)
                let ct = phantom.sample(geometry, seed: seed, progress: progress)
                var metadata = ImageMetadata(format: .nifti)
                metadata.seriesDescription = "phantom \(phantom.definition.name), seed \(seed)"
                metadata.modality = "CT"
                return LoadedImage(ct: ct, metadata: metadata)
            } catch { throw .phantom(error) }
        }
    }

    private func makePlan(
        _ image: LoadedImage, _ labels: LabelVolume, _ observer: some SceneObserver
    ) throws(SceneError) -> PlanFile {
        try observer.stage("plan", "planning screws") { progress throws(SceneError) in
            let result = try planned(image, labels, progress)
            guard !result.plan.items.isEmpty else { throw .nothingPlanned }
            return result.plan
        }
    }

    private func planned(
        _ image: LoadedImage, _ labels: LabelVolume, _ progress: @escaping ProgressReport
    ) throws(SceneError) -> PedicleScrewPlanner.Result {
        do throws(PlanningError) {
            let planner = PedicleScrewPlanner(catalogue: try ScrewCatalogue(path: definition.cataloguePath))
            return try planner.plan(ct: image.ct, labels: labels, levels: levels, progress: progress)
        } catch { throw .planning(error) }
    }

    /// The plan's approval is made and verified as a person's would be, with a key that no file of trusted keys holds.
    private func approve(_ plan: inout PlanFile) throws(SceneError) -> SIMD4<UInt64> {
        do throws(PlanningError) {
            let key = ApprovalKey.generate()
            try plan.approve(as: "simulation", with: key, at: Date(timeIntervalSince1970: 0))
            let trusted = TrustedKeys([try TrustedKeys.Entry(name: "simulation", key: key.publicKey)])
            return try plan.approvedDigest(trusted: trusted)
        } catch { throw .planning(error) }
    }
}

import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Segmentation

private func segmentHead(_ ct: Volume<Int16>) throws(SegmentationError) -> SpineSegmentationResult {
    try SpineSegmentation.segment(ct, options: SegmentationOptions(anatomy: .head))
}

/// Truth and result of a head with contrast, at voxels twice as long as its definition's.
private let shared: Result<(truth: LabelVolume, found: SpineSegmentationResult), any Error> = Result {
    let head = try PhantomCase("head", spacing: Vector3(1.1, 1.1, 1.4), person: 3)
    return (head.truth, try segmentHead(head.ct))
}

@Suite struct HeadSegmentationTests {
    private func part(_ labels: LabelVolume, _ wanted: Set<UInt8>) -> Int {
        labels.voxels.reduce(0) { $0 + (wanted.contains($1) ? 1 : 0) }
    }

    @Test func structuresAreThoseOfTheTruth() throws {
        let (truth, found) = try shared.get()
        for (label, least) in [
            (AnatomicalLabel.skull, 0.955), (.intracranial, 0.985), (.vessel, 0.82), (.ventricle, 0.82),
        ] {
            let share = dice(found.labels, truth, label)
            print("head \(label.name): Dice \(share)")
            #expect(share >= least, "\(label.name) \(share)")
        }
        #expect(found.warnings.contains(.head(.lesionsNotSought)))
        #expect(!found.warnings.contains(.head(.noContrast)) && !found.warnings.contains(.head(.ventriclesNotSeen)))
    }

    /// Orbits, nose, sinuses, mouth and neck take nothing from the space inside, and teeth nothing from the vessels.
    @Test func nothingLeaksOutOfTheSkull() throws {
        let (truth, found) = try shared.get()
        let inside: Set<UInt8> = [103, 104, 105, 106, 107]
        var (leaked, all, wrongBone, bone) = (0, 0, 0, 0)
        for (a, b) in zip(found.labels.voxels, truth.voxels) {
            if a == 105 || a == 106 { all += 1; leaked += inside.contains(b) || b == 101 ? 0 : 1 }
            if a == 101 { bone += 1; wrongBone += (1...28).contains(b) ? 1 : 0 }
        }
        #expect(leaked * 200 < all, "\(leaked) of \(all)")
        // Jaw and skull are one label, the neck's vertebrae are another.
        #expect(wrongBone * 100 < bone, "\(wrongBone) of \(bone)")
    }

    @Test func withoutContrastNoVesselIsNamed() throws {
        let plain = try PhantomCase("head", spacing: Vector3(1.6, 1.6, 2)) {
            $0.head?.arteryHU = 45
            $0.head?.sinusHU = 50
            $0.tissue.blood = 45
        }
        let found = try segmentHead(plain.ct)
        #expect(found.warnings.contains(.head(.noContrast)))
        #expect(part(found.labels, [104]) == 0)
        #expect(dice(found.labels, plain.truth, .skull) > 0.92)
        // Vessels then count as the space that they lie in.
        let (both, sum) = zip(found.labels.voxels, plain.truth.voxels).reduce((0, 0)) { part, pair in
            let (a, b) = ((105...106).contains(pair.0), (104...107).contains(pair.1))
            return (part.0 + (a && b ? 1 : 0), part.1 + (a ? 1 : 0) + (b ? 1 : 0))
        }
        #expect(Double(2 * both) / Double(sum) > 0.965)
    }

    @Test func noiseHidesTheVentricles() throws {
        let noisy = try PhantomCase("head", spacing: Vector3(1.6, 1.6, 2)) {
            $0.scanner.noise = 25
            $0.scanner.noiseCorrelation = 2.5
        }
        let found = try segmentHead(noisy.ct)
        #expect(found.warnings.contains(.head(.ventriclesNotSeen)))
        #expect(part(found.labels, [106]) == 0)
    }

    @Test func anImageThatEndsWithinTheSkullSaysSo() throws {
        let cut = try PhantomCase("head", spacing: Vector3(1.6, 1.6, 2)) {
            $0.fieldOfView.size.z = 120
            $0.fieldOfView.centre.z = -20
        }
        do throws(SegmentationError) {
            let found = try segmentHead(cut.ct)
            #expect(found.warnings.contains { if case .head(.skullCutOff) = $0 { true } else { false } })
        } catch {
            guard case .noSkullFound = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func aLoinHasNoSkull() throws {
        let loin = try PhantomCase("lumbar", spacing: Vector3(2.4, 2.4, 3))
        do throws(SegmentationError) {
            _ = try segmentHead(loin.ct)
            Issue.record("a skull was found in a loin")
        } catch {
            guard case .noSkullFound(let share) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(share < 0.7)
        }
    }

    /// A real head of 28 thick slices, tilted: volumes within those of adults, nothing named as a vessel.
    @Test(.enabled(if: realData("head-tilt-dicom") != nil, "needs the real images"))
    func aRealHead() throws {
        guard let url = realData("head-tilt-dicom") else { return }
        let image = try ImageReader.read(url.path)
        let found = try segmentHead(image.ct)
        func millilitres(_ label: AnatomicalLabel) -> Double {
            found.structures.first { $0.label == label }?.volume ?? 0
        }
        #expect((1250...1700).contains(millilitres(.intracranial)), "\(millilitres(.intracranial))")
        #expect((30...110).contains(millilitres(.ventricle)), "\(millilitres(.ventricle))")
        #expect(millilitres(.vessel) == 0)
        #expect(found.warnings.contains(.head(.noContrast)))
    }

    /// The nearer of two ways round a golden spiral: directions are unit vectors and spread evenly.
    @Test func directionsAreSpreadEvenly() {
        let all = (0..<300).map { sphere($0, of: 300) }
        #expect(all.allSatisfy { abs(length($0) - 1) < 1e-12 })
        #expect(length(all.reduce(.zero, +)) < 1)
        for axis in [Vector3(1, 0, 0), Vector3(0, 1, 0), Vector3(0, 0, 1)] {
            let upper = all.filter { dot($0, axis) > 0.5 }.count
            // A cap of 60° has a quarter of the sphere.
            #expect((68...82).contains(upper), "\(upper)")
        }
    }
}

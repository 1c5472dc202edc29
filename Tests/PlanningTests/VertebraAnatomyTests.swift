import Foundation
import Frames
import Imaging
import PhantomKit
import TestSupport
import Testing

@testable import Planning

@Suite struct VertebraAnatomyTests {
    /// Frames and pedicles against the phantom's own landmarks, which come from its solids and not from labels.
    @Test func findsThePhantomsFramesAndPedicles() throws {
        let lumbar = try LumbarCase.load()
        let landmarks = lumbar.phantom.landmarks
        #expect(lumbar.result.anatomies.count == LumbarCase.levels.count)
        for anatomy in lumbar.result.anatomies {
            let truth = try #require(landmarks.first { $0.label == anatomy.level })
            let turn = (anatomy.X_CTVertebra.inverse * truth.pose).rotation.angle
            #expect(degrees(radians: turn) < 4, "\(anatomy.level.name): frame off by \(degrees(radians: turn))°")
            #expect(anatomy.X_CTVertebra.origin.distance(to: truth.pose.origin) < 3)
            for pedicle in truth.pedicles {
                let side = pedicle.side
                let found = try #require(anatomy.pedicle(side))
                // The narrowest caliper within 45° of the horizontal; in L5, as high as wide, that is less than the width.
                let lowest = pedicle.width - (anatomy.level == AnatomicalLabel(24) ? 3.5 : 1.5)
                #expect(
                    (lowest...pedicle.width + 1.5).contains(found.width),
                    "\(anatomy.level.name): \(found.width), truth \(pedicle.width)")
                let away = found.centre - pedicle.isthmus
                let across = (away - pedicle.direction * away.along(pedicle.direction)).length
                #expect(across < 2, "\(anatomy.level.name) \(side): \(across) mm beside the axis")
            }
        }
    }

    @Test func findsTheCanalWithoutItsLabel() throws {
        let lumbar = try LumbarCase.load()
        var labels = lumbar.labels
        labels.withMutableVoxels { v in
            for i in v.indices where v[i] == AnatomicalLabel.spinalCanal.number { v[i] = 102 }
        }
        for with in lumbar.result.anatomies.prefix(2) {
            let without = try VertebraAnatomy(with.level, in: labels)
            #expect(with.canalFromLabel && !without.canalFromLabel)
            #expect((with.X_CTVertebra.inverse * without.X_CTVertebra).rotation.angle < 0.03)
            #expect(with.canalCentre.distance(to: without.canalCentre) < 2.5)
            // The canal found from the bone holds the labelled one's middle.
            #expect(without.canal.field.distance(at: with.canalCentre) < -4)
        }
    }

    @Test func refusesWhatItMustNotPlanOn() throws {
        let lumbar = try LumbarCase.load()
        let l3 = AnatomicalLabel(22)
        #expect(throws: PlanningError.vertebra(AnatomicalLabel(8), .labelMissing)) {
            try VertebraAnatomy(AnatomicalLabel(8), in: lumbar.labels)
        }
        let g = lumbar.labels.geometry
        var cut = lumbar.labels
        cut[VoxelIndex(g.size.x / 2, g.size.y / 2, g.size.z - 1)] = l3.number
        #expect(throws: PlanningError.vertebra(l3, .cutByImageEdge)) { try VertebraAnatomy(l3, in: cut) }
        let speck = try block { length($0) < 3 }
        #expect(throws: PlanningError.vertebra(l3, .tooFewVoxels(136))) { try VertebraAnatomy(l3, in: speck) }
        let ball = try block { length($0) < 20 }
        #expect(throws: PlanningError.vertebra(l3, .canalNotFound)) { try VertebraAnatomy(l3, in: ball) }
        let halves = try block { length($0) < 20 && abs($0.x) > 3 }
        do {
            _ = try VertebraAnatomy(l3, in: halves)
            Issue.record("planned on a vertebra in two pieces")
        } catch {
            guard case .vertebra(l3, .inPieces(let loose)) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(abs(loose - 0.5) < 0.01)
        }
    }
}

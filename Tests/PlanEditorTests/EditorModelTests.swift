import Foundation
import Frames
import Imaging
import TerminalKit
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

struct EditorModelTests {
    private func model() throws -> EditorModel { try EditorFixture.load().model(in: try temporaryFolder()) }

    /// The numbers on the screen while keys are held are those of a measurement from scratch.
    @Test func numbersFollowEveryKey() throws {
        let model = try model(), fixture = try EditorFixture.load()
        model.select(2)
        for (i, key) in [Key.right, .right, .up, .character("."), .character("-"), .character("[")].enumerated() {
            model.press(key, at: Double(i))
            let item = try #require(model.item)
            let evaluator = try ScrewEvaluator(
                level: try #require(item.level), labels: fixture.labels, ct: fixture.ct)
            let wanted = evaluator.metrics(try #require(item.cylinder), side: try #require(item.side))
            #expect(item.screwMetrics?.json(diameter: item.diameter) == wanted.json(diameter: item.diameter))
        }
    }

    @Test func movingMediallyWarnsBeforeTheGradeFalls() throws {
        let model = try model()
        model.select(2)  // L4-left: medial is the patient's right
        let start = try #require(model.item)
        #expect(start.id == "L4-left" && model.broken(start).isEmpty)
        var presses = 0
        while model.state.message?.isWarning != true, presses < 20 {
            model.press(.right, at: Double(presses))
            presses += 1
        }
        let item = try #require(model.item)
        #expect(presses < 20 && !model.broken(item).isEmpty)
        #expect(model.state.message?.text.hasPrefix("L4-left: ") == true)
        for _ in 0..<presses { model.press(.character("u")) }
        #expect(model.item == model.session.opened.items[2])
    }

    /// A screw pushed forwards along itself until its entry lies in the foramen: said after the very key, in the message, the list,
    /// the numbers and before signing, and nowhere before the plan's check says it.
    @Test func anEntryInFrontOfTheArchIsSaidAtOnce() throws {
        let model = try model(), fixture = try EditorFixture.load()
        model.select(2)  // L4-left
        func isSaid(_ texts: [String]) -> Bool { texts.contains { $0.contains("in front of the arch") } }
        func checked() throws -> Bool {
            var plan = model.session.draft.plan
            plan.items = [try #require(model.item)]
            let result = try PlanChecker().check(plan, ct: fixture.ct, labels: fixture.labels)
            return result.items[0].findings.contains { if case .entryInFrontOfArch = $0 { true } else { false } }
        }
        #expect(isSaid(model.faults(try #require(model.item))) == false)
        var presses = 0
        while try presses < 40 && !isSaid(model.faults(#require(model.item))) {
            model.press(.character("."), at: Double(presses))
            presses += 1
        }
        #expect(presses < 40)
        #expect(try checked())
        #expect(model.state.message?.isWarning == true)
        #expect(isSaid([model.state.message?.text ?? ""]), "the message names it first")
        #expect(isSaid(model.obstacles.filter { $0.id == "L4-left" && $0.isLimit }.map(\.text)))
        let screen = EditorScreen(model).draw(columns: 200, rows: 60).grid.text
        #expect(screen.contains("! entry ") && screen.contains("in front of the arch"))
        model.press(.character(","), at: 100)
        #expect(!isSaid(model.faults(try #require(model.item))))
        #expect(try !checked())
    }

    /// What the plan's check says of a screw's place stands in the list, too.
    @Test func aTipOutsideItsVertebraAndAWrongSideAreSaid() throws {
        let model = try model()
        model.select(2)
        var item = try #require(model.item)
        item.side = .right
        item.target = item.target + Displacement<CT>(0, 0, -60)
        model.replace(item, title: "askew", burst: nil)
        let faults = model.faults(try #require(model.item))
        for text in ["entry on the other side", "tip outside its vertebra"] { #expect(faults.contains(text)) }
        #expect(faults.contains { $0.hasPrefix("length ") })
    }

    @Test func aHeldKeyIsOneStepOfUndo() throws {
        let model = try model()
        for i in 0..<10 { model.press(.up, at: 0.05 * Double(i)) }
        model.press(.up, at: 5)
        #expect(model.session.history.steps.count == 2)
    }

    @Test func sizesComeFromTheCatalogue() throws {
        let model = try model()
        let sizes = ScrewCatalogue.standard.screws
        for (i, key) in "+++---]]][[[[[[+]-".enumerated() {
            model.press(.character(key), at: Double(i))
            let item = try #require(model.item)
            let size = try #require(sizes.first { $0.diameter == item.diameter })
            #expect(size.lengths.contains { abs($0 - item.length) < 0.01 })
        }
    }

    /// An end that is drawn with the mouse goes where the mouse goes, and no further: the view that follows the screw ran away
    /// with it, four cells became 26 mm.
    @Test(arguments: [ViewKind.alongFromBelow, .alongFromSide, .axial])
    func anEndFollowsTheMouse(kind: ViewKind) throws {
        let model = try model()
        let before = try #require(model.item)
        model.state.places.cursor = before.entry
        func draw() { _ = EditorScreen(model).draw(columns: 200, rows: 60) }
        draw()
        let pane = try #require(model.state.shown.first { $0.kind == kind }), plane = try #require(pane.plane)
        let at = plane.project(before.entry)
        let column = pane.rect.column + Int(at.x.rounded()), row = pane.rect.row + Int(at.y.rounded()) / 2
        model.handle(.mouse(.press(.left), column: column, row: row, []), at: 0)
        for step in 1...4 {
            model.handle(.mouse(.drag(.left), column: column - step, row: row, []), at: 0.1 * Double(step))
            draw()
        }
        let moved = try #require(model.item).entry - before.entry
        let cell = plane.millimetresPerPixel
        #expect(abs(dot(moved.vector, plane.right.vector) / cell + 4) <= 0.6)
        #expect(abs(dot(moved.vector, plane.down.vector) / cell) <= 1.6)
        #expect(abs(moved.along(plane.right)) > 0 && model.session.history.steps.count == 1)
        model.handle(.mouse(.release(.left), column: column - 4, row: row, []), at: 1)
        draw()
        let after = try #require(model.state.shown.first { $0.kind == kind }?.plane)
        #expect((after == plane) == !kind.followsItem)
    }

    @Test func whatWasNotLookedAtIsListed() throws {
        let model = try model()
        #expect(model.obstacles.count == model.items.count)
        _ = EditorScreen(model).draw(columns: 120, rows: 40)
        #expect(!model.obstacles.contains { $0.id == model.items[0].id })
        // A move makes it unseen again.
        model.press(.up)
        #expect(model.obstacles.contains { $0.id == model.items[0].id && !$0.isLimit })
        for _ in model.items {
            _ = EditorScreen(model).draw(columns: 200, rows: 60)
            model.press(.character("n"))
        }
        #expect(model.obstacles.isEmpty)
    }

    /// The image leaves L4 open and the plan does not say so: signing lists it all the same, until a person names it.
    @Test func aLevelThatTheImageLeavesOpenIsListedBeforeSigning() throws {
        var options = EditorOptions()
        options.worksInBackground = false
        options.uncertain = [AnatomicalLabel(23)]
        let model = EditorModel(session: try EditorFixture.load().session(in: try temporaryFolder()), options: options)
        let open = { model.obstacles.filter { $0.text.contains("level's name") }.map(\.id) }
        #expect(open() == ["L4-left", "L4-right"])
        model.select(2)
        model.type("NL6\n")
        #expect(open().isEmpty && model.item?.id == "L6-left")
    }

    /// L5 has nothing below it in the common count: that is said, and not that `+1` is a name to give.
    @Test func aShiftBeyondTheCountSaysWhichLevelStandsInItsWay() throws {
        let model = try model()
        model.type("N+1\n")
        let text = try #require(model.state.message).text
        #expect(text.contains("L5 has no next level") && text.contains("L5 first"))
        #expect(model.session.draft.plan == model.session.opened)
    }

    @Test func proposalsSayWhatEachTrades() throws {
        let model = try model()
        model.select(2)
        let item = try #require(model.item)
        let found = try #require(model.proposals(for: item))
        #expect(found.count > 1 && found[0].title == "recommended")
        for one in found.dropFirst() {
            let change = one.screw.diameter - found[0].screw.diameter
            #expect(one.title.contains(String(format: "thickness %+.1f mm", change)) == (abs(change) > 0.05))
        }
    }

    @Test func approvingSignsWhatIsThereAndAChangeVoidsIt() throws {
        let model = try model()
        let folder = try temporaryFolder(), key = ApprovalKey.generate()
        let path = folder.appendingPathComponent("a.key").path
        try key.write(to: path, name: "A Surgeon")
        model.type("A")
        #expect(model.state.mode == .approval)
        model.type("SA Surgeon\n\(path)\n")
        #expect(!model.carryOut(at: Date(timeIntervalSince1970: 1.7e9)))
        let saved = try PlanFile(path: model.session.files.plan)
        let trusted = TrustedKeys([try .init(name: "A Surgeon", key: key.publicKey)])
        #expect(saved.approvalState(trusted: trusted) == .approved(by: ["A Surgeon"]))
        model.press(.down)
        #expect(model.session.draft.plan.approvals.isEmpty)
    }

    /// Opened, the first item's slices lie a third along it until its pedicle is known, and then there; unless they were moved.
    @Test(arguments: [false, true])
    func slicesGoToThePedicleOnceItIsKnown(isMoved: Bool) throws {
        let folder = try temporaryFolder()
        let known = try model().state.places
        let model = EditorModel(session: try EditorFixture.load().session(in: folder, worksInBackground: true))
        let guess = model.state.places
        #expect(guess != known)
        if isMoved { model.setCursor(guess.cursor + Displacement<CT>(1, 2, 3)) }
        let laid = model.state.places
        for step in 0..<4000 where model.anatomy == nil {
            _ = model.collect(at: Double(step))
            usleep(5000)
        }
        #expect(model.state.places == (isMoved ? laid : known))
    }

    /// Saved and signed before the level was measured: the file had an item without numbers.
    @Test func savingWaitsForTheNumbersAndSigningRefuses() throws {
        let session = try EditorFixture.load().session(in: try temporaryFolder(), worksInBackground: true)
        let model = EditorModel(session: session)
        let before = try PlanFile(path: session.files.plan)
        model.press(.up)
        #expect(model.item?.screwMetrics == nil)
        model.type("AS")
        model.type("A Surgeon\n/no/such/key\n")
        _ = model.carryOut(at: Date(timeIntervalSince1970: 1.7e9))
        #expect(model.state.message?.text.hasPrefix("not signed: L3-left is still being measured") == true)
        model.type("s")
        _ = model.carryOut(at: Date(timeIntervalSince1970: 1.7e9))
        #expect(try PlanFile(path: session.files.plan) == before && session.isChanged)
        for step in 0..<4000 where session.isMeasuring {
            _ = model.collect(at: Double(step))
            usleep(5000)
        }
        _ = model.carryOut(at: Date(timeIntervalSince1970: 1.7e9))
        let saved = try PlanFile(path: session.files.plan)
        #expect(saved != before && !session.isChanged && saved.items.allSatisfy { $0.screwMetrics != nil })
    }

    @Test func aWrongKeyFileSignsNothing() throws {
        let model = try model()
        model.type("ASNobody\n/no/such/file\n")
        _ = model.carryOut(at: Date(timeIntervalSince1970: 1.7e9))
        #expect(model.session.draft.plan.approvals.isEmpty && model.state.message?.isWarning == true)
    }

    @Test func renamingALevelRenamesItsItems() throws {
        let model = try model()
        model.select(2)
        model.type("NL2\n")  // L2 is another level of this image
        #expect(model.state.message?.text.contains("already another level") == true)
        model.type("N+1\n")
        #expect(model.state.message?.isWarning == true || model.items.map(\.id).contains("L5-left"))
    }

    @Test func quittingAsksWhereSomethingWouldBeLost() throws {
        let model = try model()
        model.press(.up)
        model.type("q")
        #expect(model.state.mode == .question(.quitUnsaved))
        model.press(.escape)
        #expect(model.state.mode == .edit && model.requests.isEmpty)
        model.type("qs")
        #expect(model.carryOut(at: Date(timeIntervalSince1970: 1.7e9)))
        #expect(try PlanFile(path: model.session.files.plan) == model.session.draft.plan)
    }

    @Test func paintedVoxelsAreMeasuredAnew() throws {
        let model = try model()
        let before = try #require(model.item?.screwMetrics)
        model.type("P")
        model.setCursor(try #require(model.item).entry + Displacement(0, -12, 0))
        model.type("e]]]] ")
        model.press(.escape)
        let after = try #require(model.item?.screwMetrics)
        #expect(after.margin < before.margin - 0.5)
        model.type("u")
        #expect(model.item?.screwMetrics?.margin == before.margin)
    }

    /// Whatever is typed or clicked, on whatever screen: the plan stays one that can be written and read.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func anyKeysOnAnyScreen(seed: UInt64) throws {
        let model = try model()
        var generator = SeededGenerator(seed: seed)
        let keys: [Key] = [.up, .down, .left, .right, .enter, .escape, .tab, .pageUp, .pageDown, .home, .backspace]
        let letters = Array("123e-+[]cxtudnpgvzfwimhlobyPNL0()<>., AS?r=aJKyq")
        for step in 0..<150 {
            let size = (Int.random(in: 1...210, using: &generator), Int.random(in: 1...64, using: &generator))
            if step % 5 == 0 { _ = EditorScreen(model).draw(columns: size.0, rows: size.1) }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<2:
                let actions: [MouseAction] = [
                    .press(.left), .drag(.left), .release(.left), .press(.right), .scroll(1), .scroll(-1),
                ]
                model.handle(
                    .mouse(
                        actions.randomElement(using: &generator) ?? .move,
                        column: .random(in: 0..<200, using: &generator),
                        row: .random(in: 0..<60, using: &generator), []), at: Double(step))
            case 2..<5: model.press(keys.randomElement(using: &generator) ?? .up, at: Double(step))
            default: model.press(.character(letters.randomElement(using: &generator) ?? "u"), at: Double(step))
            }
            // Nothing is written or signed here.
            model.requests = []
        }
        let plan = model.session.draft.plan
        #expect(try PlanFile(bytes: plan.fileBytes) == plan)
        #expect(plan.items.allSatisfy { $0.entry.isFinite && $0.target.isFinite })
    }
}

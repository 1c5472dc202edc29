import Frames
import SliceDrawing
import TerminalKit
import Testing
import Trackers

@testable import Navigation

@Suite struct NavigationScreenTests {
    typealias Fixture = NavigationFixture

    static func text(_ grid: CellGrid) -> String {
        (0..<grid.height).map { row in String((0..<grid.width).map { grid[$0, row].character }) }
            .joined(separator: "\n")
    }

    static func count(_ color: RGB, in grid: CellGrid) -> Int {
        (0..<grid.height).reduce(0) { sum, row in
            sum
                + (0..<grid.width).count {
                    grid[$0, row].style.background == color || grid[$0, row].style.foreground == color
                }
        }
    }

    @Test(arguments: [(80, 24), (120, 40), (200, 60)])
    func theNumbersAndWhatTheyMeanAreThere(_ size: (columns: Int, rows: Int)) throws {
        var model = try Fixture.model()
        var screen = NavigationScreen(ct: try Fixture.volume())
        model.take([Fixture.tool(tip: Point(0.2, -12.3, 0), along: -.y, time: 1)])
        let text = Self.text(screen.draw(.init(model, at: 1.02), columns: size.columns, rows: size.rows))
        // on a tall screen the first three numbers are drawn large, and what is behind them stays text
        let isLarge = size.rows >= 38
        let numbers = isLarge ? [] : ["0.2 ± 0.6 mm  OK", "27.7 ± 0.4 mm", "0.0 ± 1."]
        for word in numbers + ["L3-left", "pointer", "± 0.6 mm  OK", "12.3 ± 0.4 mm", "20 ms old", "axial"] {
            #expect(text.contains(word), "\(word)\n\(text)")
        }
        #expect(text.contains("along the plan"))
        model.take([Fixture.tool(tip: Point(1.5, -12.3, 0), along: -.y, time: 2)])
        let out = Self.text(screen.draw(.init(model, at: 2), columns: size.columns, rows: size.rows))
        #expect(out.contains("± 0.6 mm  OUT"))
    }

    /// On the smallest screen, too, everything that a person must be reminded of can be read.
    @Test(arguments: [(60, 18), (80, 24), (100, 30), (120, 40)])
    func everyReminderCanBeRead(_ size: (columns: Int, rows: Int)) throws {
        var model = try Fixture.model {
            $0.reminders = ["tip not calibrated", "TRE unknown", "no reference: must lie still", "plan not approved"]
        }
        var screen = NavigationScreen(ct: try Fixture.volume())
        model.take([Fixture.tool(tip: Point(0.2, -12.3, 0), along: -.y, time: 1)])
        let text = Self.text(screen.draw(.init(model, at: 1.02), columns: size.columns, rows: size.rows))
        for word in [
            "not calibrated", "TRE unknown", "reference:", "must lie", "still", "not approved", "q quit", "L3-left",
        ] {
            #expect(text.contains(word), "\(word)\n\(text)")
        }
    }

    /// Not live: no number and no tool, in whatever way it is not.
    @Test func whatIsNotLiveShowsNothingOfThePose() throws {
        let model = try Fixture.model()
        let live = Fixture.tool(tip: Point(3, -12.3, 4), along: -.y, time: 1)
        var outside = live
        outside.isOutOfVolume = true
        for (bodies, now, sentence) in [
            ([live], 1.9, "No sample for 0.9 s"), ([live, Fixture.missing(at: 1.1)], 1.2, "has not seen"),
            ([outside], 1.05, "outside"), ([live], 1.5, "the tracker is lost"), ([], 1.0, "No sample yet"),
        ] {
            var (model, screen) = (model, NavigationScreen(ct: try Fixture.volume()))
            // it was live before
            model.take([live])
            _ = screen.draw(.init(model, at: 1.01), columns: 120, rows: 40)
            var later = try Fixture.model()
            later.take(bodies)
            if sentence.contains("lost") { later.setLost(since: 1.4) }
            let grid = screen.draw(.init(later, at: now), columns: 120, rows: 40)
            let text = Self.text(grid)
            #expect(text.contains(sentence))
            #expect(!text.contains("±") && !text.contains("12.3"))
            #expect(Self.count(screen.scheme.selected, in: grid) == 0)
            // the word stands over the pictures in letters of five rows
            #expect(Self.count(.white, in: grid) > 60)
        }
    }

    /// Real pictures while the pose is live, and none of them a moment later: the word must be seen.
    @Test func realPicturesVanishWithThePose() throws {
        var model = try Fixture.model()
        var screen = NavigationScreen(ct: try Fixture.volume())
        model.take([Fixture.tool(tip: Point(3, -12.3, 4), along: -.y, time: 1)])
        let live = screen.frame(.init(model, at: 1.01), columns: 120, rows: 40, pixels: (8, 16))
        #expect(live.images.count == 4)
        for image in live.images {
            #expect(image.image.width == 8 * image.rect.width && image.image.height == 16 * image.rect.height)
            #expect(
                image.image.pixels.contains(screen.scheme.selected) || image.image.pixels.count { $0 != .black } > 100)
        }
        #expect(Self.text(live.grid).contains("R←→L A↑↓P"))
        // a picture that is kept stays, the others are drawn anew
        model.take([Fixture.tool(tip: Point(6, -20, 4), along: -.y, time: 1.1)])
        let next = screen.frame(
            .init(model, at: 1.11), columns: 120, rows: 40, pixels: (8, 16), kept: [live.images[2]])
        #expect(next.images[2] == live.images[2] && next.images[0] != live.images[0])
        let stale = screen.frame(
            .init(model, at: 2), columns: 120, rows: 40, pixels: (8, 16), kept: next.images)
        #expect(stale.images.isEmpty && Self.count(.white, in: stale.grid) > 60)
    }

    /// One picture at a time, each in its turn, and half of the time without any.
    @Test func picturesTakeTurns() {
        var turns = PictureTurns()
        let images = (0..<4).map {
            PlacedImage(
                rect: CellRect(column: $0, row: 0, width: 1, height: 1), image: RasterImage(width: 1, height: 1))
        }
        #expect(turns.kept(at: 0).isEmpty)
        turns.shown(images, isNew: true, from: 0, to: 0.02)
        var drawn: [Int] = []
        for step in 3..<30 {
            let now = Double(step) * 0.01
            let kept = turns.kept(at: now)
            let anew = images.indices.filter { !kept.contains(images[$0]) }
            #expect(anew.count <= 1)
            drawn += anew
            turns.shown(images, isNew: !anew.isEmpty, from: now, to: anew.isEmpty ? now : now + 0.009)
        }
        #expect(Set(drawn) == [0, 1, 2, 3] && (10...14).contains(drawn.count))
        turns.forget()
        #expect(turns.kept(at: 1).isEmpty)
    }

    @Test func aTinyWindowSaysWhatItNeeds() throws {
        var screen = NavigationScreen(ct: try Fixture.volume())
        let moment = NavigationScreen.Moment(try Fixture.model(), at: 0)
        #expect(Self.text(screen.draw(moment, columns: 30, rows: 8)).contains("larger"))
        for columns in stride(from: 60, to: 200, by: 7) {
            for rows in stride(from: 18, to: 60, by: 5) { _ = screen.draw(moment, columns: columns, rows: rows) }
        }
    }
}

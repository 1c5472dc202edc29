import Foundation
import Frames
import Imaging
import SliceDrawing
import TerminalKit
import TestSupport
import Testing

@testable import PlanEditor
@testable import Planning

struct EditorScreenTests {
    private func model() throws -> EditorModel { try EditorFixture.load().model(in: try temporaryFolder()) }

    @Test(arguments: [(80, 24, 2), (120, 40, 4), (200, 60, 6)])
    func everySizeShowsListNumbersAndPictures(columns: Int, rows: Int, panes: Int) throws {
        let model = try model()
        let frame = EditorScreen(model).draw(columns: columns, rows: rows)
        #expect(model.state.shown.count == panes)
        let text = frame.grid.text
        for word in ["L3-left", "L4-right", "margin to bone", "to the canal", "not approved", "cursor"] {
            #expect(text.contains(word), "\(word) at \(columns)×\(rows)")
        }
        // The CT is there: many shades of grey in the first pane.
        let pane = try #require(model.state.shown.first)
        var shades: Set<RGB> = []
        for row in pane.rect.rows {
            for column in pane.rect.columns { shades.insert(frame.grid[column, row].style.background ?? .black) }
        }
        #expect(shades.count > 40)
    }

    @Test func aTinyWindowSaysWhatItNeeds() throws {
        let text = EditorScreen(try model()).draw(columns: 40, rows: 10).grid.text
        #expect(text.contains("larger"))
    }

    /// Whatever the message, on the smallest screen every word of it can be read.
    @Test(arguments: [60, 80, 120])
    func everyMessageFits(columns: Int) throws {
        let model = try model()
        let words = (1...40).map { "word\($0)" }
        model.warn(words.joined(separator: " "))
        for pixels in [nil, (x: 6, y: 12)] {
            let frame = EditorScreen(model, pixels: pixels).draw(columns: columns, rows: 24)
            let text = frame.grid.text
            for word in words { #expect(text.contains(word), "\(word)") }
            // Real pictures leave its lines free.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let first = try #require(lines.firstIndex { $0.contains("word1 ") })
            for image in frame.images { #expect(image.rect.rows.upperBound <= first) }
        }
    }

    /// At the narrowest, whether it is signed and what keys do never run into each other.
    @Test(arguments: [60, 61, 66, 72, 79, 90])
    func theTitlesTwoHalvesStandApart(columns: Int) throws {
        let model = try model()
        model.press(.up)
        let text = EditorScreen(model).draw(columns: columns, rows: 20).grid.text.prefix(columns)
        #expect(text.contains("not approved ") && text.hasSuffix("? help "))
        model.type("P")
        #expect(EditorScreen(model).draw(columns: 120, rows: 20).grid.text.prefix(120).contains("paint L3 2 mm"))
    }

    @Test func theHelpNamesEveryCommand() throws {
        let model = try model()
        model.type("?")
        let text = EditorScreen(model).draw(columns: 200, rows: 60).grid.text
        for binding in KeyBinding.table { #expect(text.contains(binding.help), "\(binding.command)") }
        #expect(Set(KeyBinding.table.map(\.command)) == Set(EditorCommand.allCases))
        let keys = KeyBinding.table.flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
    }

    @Test func realPicturesFillTheirCells() throws {
        let model = try model()
        let frame = EditorScreen(model, pixels: (9, 18)).draw(columns: 120, rows: 40)
        #expect(frame.images.count == 4)
        for image in frame.images {
            #expect(image.image.width == image.rect.width * 9 && image.image.height == image.rect.height * 18)
        }
    }

    /// What nothing changed in is not sampled again, and shows what sampling it again would show.
    @Test func onlyWhatChangesIsDrawn() throws {
        let model = try model()
        // The first time the surfaces are made, and the head says so.
        _ = EditorScreen(model).draw(columns: 200, rows: 60)
        let (drawn, sampled) = (model.pictures.drawn, model.pictures.sampled)
        #expect(drawn == 6 && sampled == 5)
        let first = EditorScreen(model).draw(columns: 200, rows: 60).grid
        let isSame = EditorScreen(model).draw(columns: 200, rows: 60).grid == first
        #expect(isSame && model.pictures.drawn == drawn)
        // A move: the views along the screw are sampled, those of the body only drawn over, bone in 3-D stays.
        model.press(.up)
        let moved = EditorScreen(model).draw(columns: 200, rows: 60)
        #expect(model.pictures.sampled == sampled + 3 && model.pictures.drawn == drawn + 6)
        let fresh = EditorModel(session: model.session, options: model.options)
        (fresh.state.message, fresh.review) = (model.state.message, model.review)
        (fresh.state.places, fresh.state.shown) = (model.state.places, model.state.shown)
        _ = EditorScreen(fresh).draw(columns: 200, rows: 60)
        let isAsFresh = EditorScreen(fresh).draw(columns: 200, rows: 60).grid == moved.grid
        #expect(isAsFresh)
    }

    /// Parts of a picture that is too large for a terminal make the whole again, each in whole cells.
    @Test(arguments: [(190, 46, 8, 14), (40, 20, 8, 14), (3, 200, 9, 18)])
    func largePicturesGoInTiles(columns: Int, rows: Int, w: Int, h: Int) {
        var image = RasterImage(width: columns * w, height: rows * h)
        for i in image.pixels.indices { image.pixels[i] = RGB(UInt8(i % 251), UInt8(i / 251 % 256), UInt8(i / 64256)) }
        let whole = PlacedImage(rect: CellRect(column: 2, row: 1, width: columns, height: rows), image: image)
        let tiles = whole.tiles(atMost: 960)
        #expect((tiles.count == 1) == (columns * w <= 960 && rows * h <= 960))
        var again = RasterImage(width: image.width, height: image.height)
        for tile in tiles {
            #expect(tile.image.width <= 960 && tile.image.height <= 960)
            #expect(tile.image.width == tile.rect.width * w && tile.image.height == tile.rect.height * h)
            for y in 0..<tile.image.height {
                for x in 0..<tile.image.width {
                    again[(tile.rect.column - 2) * w + x, (tile.rect.row - 1) * h + y] = tile.image[x, y]
                }
            }
        }
        let isWhole = again == image
        #expect(isWhole)
    }

    /// A view that has the screen to itself takes keys and mouse, whichever its place among all, and keeps the screen.
    @Test func aViewAloneTakesKeysAndMouse() throws {
        let model = try model()
        func draw() { _ = EditorScreen(model).draw(columns: 200, rows: 60) }
        draw()
        model.state.focus = try #require(model.state.panes.firstIndex(of: .axial))
        model.type("z")
        draw()
        #expect(model.state.shown.map(\.kind) == [.axial])
        let (start, along) = (model.state.places.cursor, model.state.places.turn)
        model.press(.pageUp)
        #expect(model.state.places.cursor.z != start.z && model.state.places.turn == along)
        let rect = model.state.shown[0].rect
        model.handle(.mouse(.press(.left), column: rect.column + 5, row: rect.row + 5, []), at: 1)
        model.handle(.mouse(.release(.left), column: rect.column + 5, row: rect.row + 5, []), at: 2)
        draw()
        #expect(model.state.shown.map(\.kind) == [.axial] && model.state.places.cursor.x != start.x)
        model.type("f")
        draw()
        #expect(model.state.shown.map(\.kind) == [.sagittal])
    }

    /// Another window, other outlines and other colours use the HU that are known, and look as if drawn from scratch.
    @Test(arguments: ["w", "o", "b", "i"])
    func anotherWindowIsAsIfDrawnAnew(key: String) throws {
        let model = try model()
        _ = EditorScreen(model).draw(columns: 200, rows: 60)
        model.type(key)
        _ = EditorScreen(model).draw(columns: 200, rows: 60)
        let changed = EditorScreen(model).draw(columns: 200, rows: 60)
        let fresh = EditorModel(session: model.session, options: model.options)
        (fresh.state, fresh.review) = (model.state, model.review)
        // What was seen shows in the list from the second frame on.
        _ = EditorScreen(fresh).draw(columns: 200, rows: 60)
        let isAsFresh = EditorScreen(fresh).draw(columns: 200, rows: 60).grid == changed.grid
        #expect(isAsFresh)
    }

    /// Half blocks show every grey to within three of 256, black and white as they are.
    @Test func halfBlocksShowFewerGreysAndHardlyOthers() {
        let window = DisplayWindow.presets[0]
        var shades: Set<UInt8> = []
        for hu in stride(from: Float(-400), through: 1200, by: 0.5) {
            let (fine, coarse) = (window.gray(hu), window.coarseGray(hu))
            #expect(abs(Int(fine) - Int(coarse)) <= 3)
            shades.insert(coarse)
        }
        #expect(shades.count == 53 && shades.contains(0) && shades.contains(255))
    }

    /// The screw as the barrel view draws it is a disc of its own diameter.
    @Test func theBarrelShowsTheScrewInItsSize() throws {
        let fixture = try EditorFixture.load(), item = fixture.plan.items[0]
        let axes = ItemAxes(item, anatomy: nil)
        let places = ViewPlaces(cursor: item.entry)
        let plane = try #require(
            places.plane(.barrel, item: item, axes: axes, width: 200, height: 200, millimetresPerPixel: 0.1))
        let empty = LabelVolume(geometry: fixture.ct.geometry)
        let painter = SlicePainter(
            ct: fixture.ct, labels: empty, window: .presets[0], overlay: .hidden, scheme: .standard)
        let solid = SlicePainter.Solid(
            cylinder: try #require(item.cylinder), color: RGB(0, 255, 0), bone: nil, isSelected: true)
        let (with, without) = (painter.picture(plane, solids: [solid]), painter.picture(plane, solids: []))
        let changed = zip(with.pixels, without.pixels).count { $0 != $1 }
        let area = Double(changed) * 0.01, r = item.diameter / 2
        // Its rim is drawn 0.2 mm beyond.
        #expect(area > .pi * r * r && area < .pi * (r + 0.25) * (r + 0.25))
    }

    /// A ball's outline is a disc: the 3-D view against the area that it must cover.
    @Test func theModelIsDrawnToScale() throws {
        let steps = 60
        var (v, n, t): ([SIMD3<Float>], [SIMD3<Float>], [SIMD3<Int32>]) = ([], [], [])
        for i in 0...steps {
            for j in 0..<(2 * steps) {
                let (a, b) = (Double(i) * .pi / Double(steps), Double(j) * .pi / Double(steps))
                let p = Vector3(sin(a) * cos(b), sin(a) * sin(b), cos(a))
                v.append(SIMD3<Float>(p * 20 + Vector3(5, 6, 7)))
                n.append(SIMD3<Float>(p))
                guard i < steps else { continue }
                let k = Int32(i * 2 * steps), w = Int32(2 * steps), (x, y) = (Int32(j), Int32((j + 1) % (2 * steps)))
                t += [SIMD3(k + x, k + w + x, k + y), SIMD3(k + y, k + w + x, k + w + y)]
            }
        }
        let ball = ModelSurface(vertices: v, normals: n, triangles: t)
        var scene = ModelScene(
            centre: Vector3(5, 6, 7), radius: 40, view: ModelView(yaw: 1.1, pitch: -0.4), width: 200, height: 160)
        scene.bones = [.init(surface: ball, label: 22, version: 1, color: .white, isBone: true)]
        let painter = ModelPainter(scene)
        let image = painter.picture(scene, over: painter.bones(scene))
        let covered = image.pixels.count { $0 != painter.background }
        // 160 pixels for 80 mm: 2 a millimetre.
        #expect(abs(Double(covered) / (.pi * 40 * 40) - 1) < 0.02)
    }
}

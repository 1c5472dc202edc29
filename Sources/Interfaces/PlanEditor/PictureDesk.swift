import Imaging
import SliceDrawing
import TerminalKit

/// Draws the pictures of a frame on all cores, and keeps those of the frame before: what nothing changed in is not drawn anew.
final class PictureDesk {
    /// A slice of the CT with its labels, and everything that makes it what it is.
    struct Slice: Equatable, Sendable {
        let plane: PicturePlane
        let window: DisplayWindow
        let overlay: LabelOverlay
        let scheme: ColorScheme
        /// Of the labels.
        let version: Int
        /// In fewer greys: half blocks need no more, and a terminal then takes half the bytes.
        var isCoarse = false

        /// Whether both show the same places of the same image.
        func lies(as other: Slice) -> Bool { plane == other.plane && version == other.version }
    }

    /// What lies over a slice.
    struct Lines: Equatable, Sendable {
        var solids: [SlicePainter.Solid] = []
        /// The cursor's pixel, and the brush's radius about it.
        var cross: PixelPlace?
        var brush: Double?
    }

    struct PixelPlace: Equatable, Sendable {
        let x, y: Double
    }

    enum Wish: Equatable, Sendable {
        case slice(Slice, Lines)
        case model(ModelScene)
    }

    /// A finished picture, with what it was drawn from.
    private struct Drawn: Sendable {
        let wish: Wish
        var ground: SlicePainter.Ground?
        var bones: (scene: ModelScene, layer: ModelPainter.Layer)?
        let image: RasterImage
    }

    private var known: [ViewKind: Drawn] = [:]
    /// How many pictures were drawn, and how many slices sampled or coloured anew.
    private(set) var drawn = 0, sampled = 0

    /// Pictures with fewer pixels in all are drawn by one core: waking the other takes longer.
    private static let worthTwoCores = 60_000

    /// - Parameters:
    ///   - ct: the same for the desk's whole life.
    ///   - labels: those of `Slice.version`.
    func pictures(_ wishes: [(kind: ViewKind, wish: Wish)], ct: Volume<Int16>, labels: LabelVolume) -> [RasterImage] {
        let old = wishes.map { known[$0.kind] }
        let open = wishes.indices.filter { old[$0]?.wish != wishes[$0].wish }
        let pixels = open.reduce(0) { $0 + Self.pixels(wishes[$1].wish) }
        let work: @Sendable (Int) -> Drawn = { Self.draw(wishes[open[$0]].wish, old[open[$0]], ct, labels) }
        let fresh =
            open.count > 1 && pixels > Self.worthTwoCores ? parallelMap(open.count, work) : open.indices.map(work)
        for (i, one) in zip(open, fresh) {
            drawn += 1
            if let ground = one.ground, ground.slice != old[i]?.ground?.slice { sampled += 1 }
            known[wishes[i].kind] = one
        }
        return wishes.compactMap { known[$0.kind]?.image }
    }

    private static func pixels(_ wish: Wish) -> Int {
        switch wish {
        case .slice(let slice, _): slice.plane.width * slice.plane.height
        case .model(let scene): scene.width * scene.height
        }
    }

    private static func draw(_ wish: Wish, _ old: Drawn?, _ ct: Volume<Int16>, _ labels: LabelVolume) -> Drawn {
        switch wish {
        case .model(let scene):
            let painter = ModelPainter(scene)
            let bones =
                old?.bones.flatMap { $0.scene.sharesBones(with: scene) ? $0.layer : nil } ?? painter.bones(scene)
            return Drawn(wish: wish, bones: (scene, bones), image: painter.picture(scene, over: bones))
        case .slice(let slice, let lines):
            let painter = SlicePainter(
                ct: ct, labels: labels, window: slice.window, overlay: slice.overlay, scheme: slice.scheme)
            let kept = old?.ground.flatMap { $0.slice == slice ? $0 : nil }
            let ground = kept ?? painter.ground(slice, reusing: old?.ground)
            return Drawn(wish: wish, ground: ground, image: painter.picture(ground, lines))
        }
    }
}

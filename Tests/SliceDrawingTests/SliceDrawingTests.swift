import Frames
import SliceDrawing
import TerminalKit
import Testing

@Suite struct SliceDrawingTests {
    @Test func directionsAreNamedAsRadiologistsDo() {
        #expect(AnatomicalLetters.text(Vector3(1, 0, 0)) == "L" && AnatomicalLetters.text(Vector3(-1, 0.1, 0)) == "R")
        #expect(AnatomicalLetters.text(Vector3(0, -3, 0)) == "A" && AnatomicalLetters.text(Vector3(0, 0, 2)) == "H")
        #expect(AnatomicalLetters.text(Vector3(0.7, 0.7, 0)).count == 2)
    }

    @Test func aWindowGoesFromBlackToWhite() {
        let window = DisplayWindow(name: "w", level: 400, width: 1000)
        #expect(window.gray(-101) == 0 && window.gray(901) == 255)
        #expect(abs(Int(window.gray(400)) - 127) <= 1)
        let shades = stride(from: Float(-200), through: 1000, by: 10).map { window.gray($0) }
        #expect(zip(shades, shades.dropFirst()).allSatisfy { $0 <= $1 })
    }

    /// Open in the middle, so that what is pointed at is seen; nothing is drawn beyond the edges.
    @Test func aCrossIsOpenInTheMiddle() {
        var image = RasterImage(width: 21, height: 11)
        image.drawCross(10, 5, color: .white)
        #expect(image[10, 5] == .black && image[0, 5] != .black && image[10, 0] != .black)
        let before = image
        image.drawCross(-5, 40, color: .white)
        #expect(image == before)
    }
}

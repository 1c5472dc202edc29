import TerminalKit

extension RasterImage {
    /// Hair lines through a pixel, open in the middle.
    public mutating func drawCross(_ x: Int, _ y: Int, color: RGB) {
        let gap = max(2, width / 40)
        for i in 0..<width where abs(i - x) > gap && (0..<height).contains(y) && i % 2 == 0 {
            self[i, y] = self[i, y].mixed(with: color, 0.5)
        }
        for j in 0..<height where abs(j - y) > gap && (0..<width).contains(x) && j % 2 == 0 {
            self[x, j] = self[x, j].mixed(with: color, 0.5)
        }
    }
}

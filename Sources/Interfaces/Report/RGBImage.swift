import CPNG
import Foundation

/// A picture of 8-bit red, green and blue, row by row from the top.
struct RGBImage {
    let width: Int
    let height: Int
    private(set) var bytes: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        bytes = [UInt8](repeating: 0, count: width * height * 3)
    }

    subscript(x: Int, y: Int) -> SIMD3<UInt8> {
        get {
            let o = (y * width + x) * 3
            return SIMD3(bytes[o], bytes[o + 1], bytes[o + 2])
        }
        set {
            let o = (y * width + x) * 3
            bytes[o] = newValue.x
            bytes[o + 1] = newValue.y
            bytes[o + 2] = newValue.z
        }
    }

    /// The picture as a PNG file (ISO/IEC 15948).
    ///
    /// - Throws: `ReportError.pictureNotWritten` where libpng refuses, as it does for an empty picture.
    func png() throws(ReportError) -> Data {
        let needed = cpng_encode_rgb(bytes, UInt32(width), UInt32(height), nil, 0)
        guard needed > 0 else { throw .pictureNotWritten(width: width, height: height) }
        var file = [UInt8](repeating: 0, count: needed)
        let written = cpng_encode_rgb(bytes, UInt32(width), UInt32(height), &file, needed)
        guard written > 0 else { throw .pictureNotWritten(width: width, height: height) }
        return Data(file.prefix(written))
    }

    /// A `data:` address that puts the picture into a page.
    func dataAddress() throws(ReportError) -> String {
        "data:image/png;base64," + (try png()).base64EncodedString()
    }
}

/// Pictures by kitty's graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol): 24-bit pixels in base 64, in pieces
/// of at most 4,096 bytes.
public enum KittyEncoder {
    /// The pixels of a picture, for `place` to show.
    public static func transmit(_ image: RasterImage, number: Int) -> [UInt8] {
        guard image.width > 0, image.height > 0 else { return [] }
        let payload = base64(image)
        var out: [UInt8] = []
        var at = 0
        while at < payload.count {
            let end = min(at + 4096, payload.count)
            let more = end < payload.count ? 1 : 0
            let control =
                at == 0 ? "a=t,f=24,s=\(image.width),v=\(image.height),i=\(number),q=2,m=\(more)" : "m=\(more)"
            out += "\u{1B}_G\(control);".utf8
            out += payload[at..<end]
            out += "\u{1B}\\".utf8
            at = end
        }
        return out
    }

    /// Shows a picture that was sent, from the cursor's place on over so many cells.
    public static func place(number: Int, columns: Int, rows: Int) -> [UInt8] {
        Array("\u{1B}_Ga=p,i=\(number),p=1,c=\(columns),r=\(rows),C=1,q=2\u{1B}\\".utf8)
    }

    /// Takes the picture off the screen and forgets it.
    public static func delete(number: Int) -> [UInt8] { Array("\u{1B}_Ga=d,d=I,i=\(number),q=2\u{1B}\\".utf8) }

    /// Asks whether the terminal shows pictures this way: it answers with `OK`, or not at all.
    public static let question = Array("\u{1B}_Gi=4211,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\".utf8)

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// A pixel is three bytes, and so four letters.
    private static func base64(_ image: RasterImage) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(image.pixels.count * 4)
        for p in image.pixels {
            let bits = UInt32(p.red) << 16 | UInt32(p.green) << 8 | UInt32(p.blue)
            for shift in [18, 12, 6, 0] as [UInt32] { out.append(alphabet[Int(bits >> shift & 63)]) }
        }
        return out
    }
}

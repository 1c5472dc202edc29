import CDICOM

/// How a file stores the pixels of its frames (PS3.3 C.7.6.3.1).
struct PixelLayout: Equatable, Sendable {
    var bitsStored = 16
    var highBit = 15
    var isSigned = false
    /// Where the words of the first frame start in the file, 16 bits each; `nil` where they are not plain.
    var plainOffset: Int?
    var isBigEndian = false

    init() {}

    init(_ pixels: cdicom_pixels) {
        bitsStored = Int(pixels.bits_stored)
        highBit = Int(pixels.high_bit)
        isSigned = pixels.is_signed == 1
        plainOffset = pixels.plain_offset >= 0 ? Int(pixels.plain_offset) : nil
        isBigEndian = pixels.plain_big_endian == 1
    }

    /// Brings words as the file has them to stored values with their sign, in place.
    func straighten(_ words: UnsafeMutableBufferPointer<UInt16>) {
        if isBigEndian { for i in words.indices { words[i] = words[i].byteSwapped } }
        if bitsStored == 16, highBit == 15 { return }
        // Bits above and below the stored ones may hold anything (overlays, once).
        let (up, down) = (UInt16(15 - highBit), UInt16(16 - bitsStored))
        if isSigned {
            for i in words.indices { words[i] = UInt16(bitPattern: Int16(bitPattern: words[i] &<< up) &>> Int16(down)) }
        } else {
            for i in words.indices { words[i] = (words[i] &<< up) &>> down }
        }
    }
}

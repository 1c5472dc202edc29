import Frames

/// Identifiers made from what they identify: the same image gets the same UIDs on every machine and in every run.
struct ContentIdentifier {
    private var a: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var b: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// Two lanes of multiply and rotate, as in xxHash; against accidents, not against forgery.
    mutating func add(_ word: UInt64) {
        a = (a ^ word) &* 0x9FB2_1C65_1E98_DF25
        a = (a << 31) | (a >> 33)
        b = (b &+ word) &* 0xD6E8_FEB8_6659_FD93
        b = ((b << 27) | (b >> 37)) ^ a
    }

    mutating func add(_ number: Double) { add(number.bitPattern) }

    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(UInt64(byte)) }
    }

    mutating func add(_ volume: Volume<Int16>) {
        let g = volume.geometry
        for size in [g.size.x, g.size.y, g.size.z] { add(UInt64(size)) }
        for v in [g.spacing, g.origin.coordinates, g.direction.columns.0, g.direction.columns.1, g.direction.columns.2]
        {
            for i in 0..<3 { add(v[i]) }
        }
        volume.withVoxels { voxels in for value in voxels { add(UInt64(UInt16(bitPattern: value))) } }
    }

    /// A DICOM UID of the 2.25 root, whose rest is a 128-bit number in decimals (PS3.5 B.2), for one purpose.
    func uid(_ purpose: String, _ number: Int = 0) -> String {
        var named = self
        named.add(purpose)
        named.add(UInt64(number))
        var high = SeededGenerator(seed: named.a)
        var low = SeededGenerator(seed: named.b)
        let value = UInt128(high.next()) << 64 | UInt128(low.next())
        return "2.25.\(value)"
    }
}

import CDICOM
import Files
import Foundation

/// One image of an X-ray detector: a projection, not a slice of the patient.
///
/// A single grey frame of a DICOM file (XA, RF, DX, CR), a grey PNG of 8 or 16 bits, or a binary PGM.
public struct Radiograph: Equatable, Sendable {
    public let width: Int, height: Int
    /// Row by row; the larger the brighter, as the file is meant to be shown.
    public let pixels: [Float]
    /// DICOM's word for the machine; empty for other formats.
    public let modality: String
    /// Frames in the file.
    public let frames: Int

    /// Modalities of projections (PS3.3 C.7.3.1.1.1); a file that names none is taken for one.
    static let modalities: Set<String> = ["XA", "RF", "DX", "CR", "RG", "IO", "PX", "MG", "OT", ""]

    /// - Parameters:
    ///   - path: the file.
    ///   - frame: which of a DICOM file's frames, from 1.
    /// - Throws: `ImagingError.unreadable`.
    public static func read(_ path: String, frame: Int = 1) throws(ImagingError) -> Radiograph {
        do throws(FileProblem) {
            guard try FileBytes.kind(path) == .file else { throw .notAFile }
            let name = path.lowercased()
            if name.hasSuffix(".png") { return try GreyPicture.png(FileBytes.read(path)).radiograph }
            if name.hasSuffix(".pgm") { return try GreyPicture.pgm(FileBytes.read(path)).radiograph }
            return try dicom(path, frame)
        } catch { throw .unreadable(path: path, error) }
    }

    private static func dicom(_ path: String, _ frame: Int) throws(FileProblem) -> Radiograph {
        let file = try DICOMFile(path, headerOnly: false)
        let layout = try file.pixels()
        try DICOMSlice.check(layout, bytes: FileBytes.size(path))
        let modality = file.text(.modality)
        guard modalities.contains(modality) else { throw .unsupported(field: "Modality", value: modality) }
        let frames = Int(layout.frames)
        guard (1...frames).contains(frame) else { throw .badHeader(field: "frame", value: "\(frame) of \(frames)") }
        let (width, height) = (Int(layout.columns), Int(layout.rows))
        let stored = UnsafeMutableBufferPointer<Int32>.allocate(capacity: width * height)
        defer { stored.deallocate() }
        stored.initialize(repeating: 0)
        try file.decode(frame: frame - 1, into: stored)
        let sign: Float = layout.is_inverted == 1 ? -1 : 1
        return Radiograph(
            width: width, height: height, pixels: stored.map { Float($0) * sign }, modality: modality, frames: frames)
    }
}

/// A grey picture of 8 or 16 bits a pixel.
struct GreyPicture: Equatable {
    var width = 0, height = 0
    var bytesPerPixel = 1
    /// Row by row, the high byte first.
    var bytes: [UInt8] = []

    var radiograph: Radiograph {
        let count = width * height
        let pixels = (0..<count).map { i -> Float in
            if bytesPerPixel == 1 { return Float(bytes[i]) }
            let (high, low) = (UInt16(bytes[2 * i]), UInt16(bytes[2 * i + 1]))
            return Float(high << 8 | low)
        }
        return Radiograph(width: width, height: height, pixels: pixels, modality: "", frames: 1)
    }

    private mutating func size(_ width: Int, _ height: Int) throws(FileProblem) {
        guard width > 0, height > 0, max(width, height) <= DICOMSlice.mostColumns else {
            throw .badHeader(field: "size", value: "\(width) \(height)")
        }
        (self.width, self.height) = (width, height)
    }
}

extension GreyPicture {
    /// Netpbm's binary grey map (`P5`, netpbm.sourceforge.net/doc/pgm.html).
    static func pgm(_ data: Data) throws(FileProblem) -> GreyPicture {
        let bytes = [UInt8](data)
        guard bytes.starts(with: [0x50, 0x35]) else { throw .unknownFormat }
        var at = 2
        let numbers = try [number(bytes, &at), number(bytes, &at), number(bytes, &at)]
        var picture = GreyPicture()
        try picture.size(numbers[0], numbers[1])
        guard (1...65535).contains(numbers[2]) else { throw .badHeader(field: "maxval", value: "\(numbers[2])") }
        picture.bytesPerPixel = numbers[2] < 256 ? 1 : 2
        // one blank stands before the pixels
        let (start, needed) = (at + 1, picture.width * picture.height * picture.bytesPerPixel)
        guard bytes.count >= start + needed else {
            throw .truncated(expectedBytes: start + needed, foundBytes: bytes.count)
        }
        picture.bytes = Array(bytes[start..<(start + needed)])
        return picture
    }

    /// The next number of a header, past blanks and comments.
    private static func number(_ bytes: [UInt8], _ at: inout Int) throws(FileProblem) -> Int {
        while at < bytes.count, bytes[at] == 0x23 || bytes[at] <= 0x20 {
            if bytes[at] == 0x23 { while at < bytes.count, bytes[at] != 0x0A { at += 1 } } else { at += 1 }
        }
        var value = 0
        let first = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]), at - first < 6 {
            value = 10 * value + Int(bytes[at] - 0x30)
            at += 1
        }
        guard at > first else { throw .badHeader(field: "PGM", value: "") }
        return value
    }
}

extension GreyPicture {
    /// Portable Network Graphics (W3C, third edition), grey, not interlaced.
    static func png(_ data: Data) throws(FileProblem) -> GreyPicture {
        let bytes = [UInt8](data)
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { throw .unknownFormat }
        var picture = GreyPicture()
        var packed = Data()
        var at = 8
        while at + 12 <= bytes.count {
            let length = word(bytes, at)
            guard at + 12 + length <= bytes.count else {
                throw .truncated(expectedBytes: at + 12 + length, foundBytes: bytes.count)
            }
            let body = bytes[(at + 8)..<(at + 8 + length)]
            switch word(bytes, at + 4) {
            case 0x4948_4452: try picture.header(Array(body))
            case 0x4944_4154: packed.append(contentsOf: body)
            default: break
            }
            at += 12 + length
        }
        guard picture.width > 0 else { throw .badHeader(field: "IHDR", value: "") }
        try picture.unpack(packed)
        return picture
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> Int {
        bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func header(_ body: [UInt8]) throws(FileProblem) {
        guard body.count == 13 else { throw .badHeader(field: "IHDR", value: "\(body.count) bytes") }
        try size(Self.word(body, 0), Self.word(body, 4))
        guard body[8] == 8 || body[8] == 16 else { throw .unsupported(field: "bits a sample", value: "\(body[8])") }
        guard body[9] == 0 else { throw .unsupported(field: "colour type", value: "\(body[9])") }
        guard body[12] == 0 else { throw .unsupported(field: "interlacing", value: "\(body[12])") }
        bytesPerPixel = Int(body[8]) / 8
    }

    /// Inflates the rows and takes their filters off.
    private mutating func unpack(_ packed: Data) throws(FileProblem) {
        let row = width * bytesPerPixel
        let needed = height * (row + 1)
        try InflateStream.check(needed: needed, compressed: packed.count)
        let stream = try InflateStream(packed, expecting: needed)
        var rows = try stream.read(most: needed)
        guard rows.count == needed else { throw .compressedDataEnds(expectedBytes: needed, decodedBytes: rows.count) }
        bytes.reserveCapacity(height * row)
        for y in 0..<height {
            let start = y * (row + 1)
            guard rows[start] <= 4 else { throw .damaged("filter \(rows[start])") }
            for x in 1...row { rows[start + x] &+= predicted(rows, start, x, y, row) }
            bytes += rows[(start + 1)...(start + row)]
        }
    }

    /// What a row's filter takes a byte for, from the bytes to the left, above, and above to the left.
    private func predicted(_ rows: [UInt8], _ start: Int, _ x: Int, _ y: Int, _ row: Int) -> UInt8 {
        let left = x > bytesPerPixel ? Int(rows[start + x - bytesPerPixel]) : 0
        let above = y > 0 ? Int(rows[start - row - 1 + x]) : 0
        let corner = y > 0 && x > bytesPerPixel ? Int(rows[start - row - 1 + x - bytesPerPixel]) : 0
        switch rows[start] {
        case 1: return UInt8(left)
        case 2: return UInt8(above)
        case 3: return UInt8((left + above) / 2)
        case 4:
            let p = left + above - corner
            let (a, b, c) = (abs(p - left), abs(p - above), abs(p - corner))
            return UInt8(a <= b && a <= c ? left : b <= c ? above : corner)
        default: return 0
        }
    }
}

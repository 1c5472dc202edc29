import Foundation

/// Series that a plain stack of equal slices is not, made from a good one by changing single elements of its files.
extension BadInput {
    static let series: [BadInput] = [
        forbidden("a header's tilt that the positions have not", "tilt", ["tilted by 18.5°", "positions 0.0°"]),
        forbidden("uneven spacing", "uneven", ["uneven slice spacing", "instance 48 at", "3.000 to 5.000 mm"]),
        forbidden("doubled slices that differ", "doubled", ["doubled slice(s) that differ", "instance 48 at"]),
        forbidden("a slice beside the others", "beside", ["mm beside the others", "instance 49 at"]),
        forbidden(
            "two acquisitions, interleaved", "interleaved", ["2 acquisitions overlap", "number 1:", "--acquisition"]),
        forbidden("a slice of another frame of reference", "frames", ["another frame of reference", "instance 49 at"]),
        forbidden("a slice of another patient", "patients", ["another patient", "instance 49 at"]),
        forbidden("a slice of another pixel spacing", "grids", ["another size or orientation", "instance 49 at"]),
        forbidden("values that cannot be HU", "offset", ["cannot be HU"]),
        forbidden("one slice on another scale", "scale", ["neither air nor fat", "instance 49 at"]),
        forbidden("electron density in place of HU", "density", ["values are ED, not HU"]),
        forbidden("thin slices far apart", "sparse", ["1.00 mm lie 3.00 mm apart"]),
        forbidden("an MR series", "mr", ["modality is MR"]),
        BadInput(
            what: "an acquisition that the series has not",
            arguments: ["inspect", "interleaved", "--acquisition", "7"], code: "unreadable",
            words: ["no acquisition number 7", "1, 2"]),
        BadInput(
            what: "a slice without a pixel spacing", arguments: ["inspect", "one/spacing.dcm"], code: "unreadable",
            words: ["PixelSpacing"]),
        BadInput(
            what: "axes that are not perpendicular", arguments: ["inspect", "one/axes.dcm"], code: "unreadable",
            words: ["ImageOrientationPatient"]),
        BadInput(
            what: "a slope of 0", arguments: ["inspect", "one/slope.dcm"], code: "unreadable", words: ["RescaleSlope"]),
        BadInput(
            what: "a header that claims more pixels than there are", arguments: ["inspect", "one/rows.dcm"],
            code: "unreadable", words: ["fewer pixels than the header names"]),
        BadInput(
            what: "an unknown transfer syntax", arguments: ["inspect", "one/syntax.dcm"], code: "unreadable",
            words: ["one/syntax.dcm", "transfer syntax"]),
        BadInput(
            what: "100,000 sequences inside one another", arguments: ["inspect", "one/nested.dcm"], code: "unreadable",
            words: ["nested too deeply"]),
        BadInput(
            what: "a DICOMDIR that leads out of its folder", arguments: ["inspect", "one/DICOMDIR"], code: "unreadable",
            words: ["outside its own folder", "..\\ct"]),
    ]

    private static func forbidden(_ what: String, _ folder: String, _ words: [String]) -> BadInput {
        BadInput(
            what: what, arguments: ["segment", folder, "--out", "out.nii.gz"], code: "image-not-for-planning",
            words: [folder, "must not be planned on"] + words)
    }
}

/// Elements of an explicit little endian file, as the phantom's slices are, found by their bytes and replaced.
private struct SliceFile {
    var data: Data

    init(_ url: URL) throws { data = try Data(contentsOf: url) }

    private func tag(_ group: UInt16, _ element: UInt16) -> Data {
        Data([UInt8(group & 255), UInt8(group >> 8), UInt8(element & 255), UInt8(element >> 8)])
    }

    /// Replaces the value of a short element, or takes it out.
    mutating func set(_ group: UInt16, _ element: UInt16, _ text: String?) {
        guard let found = data.range(of: tag(group, element), in: 132..<data.count) else { return }
        let length = Int(data[found.upperBound + 2]) + 256 * Int(data[found.upperBound + 3])
        let whole = found.lowerBound..<(found.upperBound + 4 + length)
        guard let text else { return data.removeSubrange(whole) }
        var value = Data(text.utf8)
        if value.count % 2 == 1 { value.append(32) }
        let header = data[found.lowerBound..<(found.upperBound + 2)]
        data.replaceSubrange(whole, with: header + [UInt8(value.count & 255), UInt8(value.count >> 8)] + value)
    }

    mutating func set(_ group: UInt16, _ element: UInt16, short: UInt16) {
        guard let found = data.range(of: tag(group, element), in: 132..<data.count) else { return }
        data.replaceSubrange(
            (found.upperBound + 4)..<(found.upperBound + 6), with: [UInt8(short & 255), UInt8(short >> 8)])
    }

    /// ImagePositionPatient.
    var position: [Double] {
        guard let found = data.range(of: tag(0x20, 0x32), in: 132..<data.count) else { return [] }
        let length = Int(data[found.upperBound + 2])
        let text = String(decoding: data[(found.upperBound + 4)..<(found.upperBound + 4 + length)], as: UTF8.self)
        return text.split(separator: "\\").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    }

    mutating func move(by way: [Double]) {
        set(0x20, 0x32, zip(position, way).map { "\($0 + $1)" }.joined(separator: "\\"))
    }
}

extension BadInputFixture {
    /// `ct`'s slices with some elements changed; `change` gets each slice's number from 0.
    private static func series(
        _ name: String, in folder: ScratchFolder, _ change: (Int, inout SliceFile) -> Void
    ) throws {
        try FileManager.default.createDirectory(at: folder[name], withIntermediateDirectories: true)
        for (i, url) in try folder.files("ct").sorted(by: { $0.path < $1.path }).enumerated() {
            var slice = try SliceFile(url)
            change(i, &slice)
            try slice.data.write(to: folder["\(name)/\(url.lastPathComponent)"])
        }
    }

    static func makeSeries(in folder: ScratchFolder) throws {
        try series("tilt", in: folder) { $1.set(0x18, 0x1120, "18.5") }
        try series("uneven", in: folder) { i, slice in if i >= 48 { slice.move(by: [0, 0, 2]) } }
        try series("beside", in: folder) { i, slice in if i == 48 { slice.move(by: [4, 0, 0]) } }
        try series("interleaved", in: folder) { i, slice in slice.set(0x20, 0x12, i % 2 == 0 ? "1" : "2") }
        try series("offset", in: folder) { $1.set(0x28, 0x1052, "2000") }
        try series("density", in: folder) { $1.set(0x28, 0x1054, "ED") }
        try series("sparse", in: folder) { $1.set(0x18, 0x50, "1") }
        try series("mr", in: folder) { $1.set(0x08, 0x60, "MR") }
        let oddSlices: [(String, UInt16, UInt16, String)] = [
            ("frames", 0x20, 0x52, "1.2.3"), ("patients", 0x10, 0x20, "SOMEONE-ELSE"), ("grids", 0x28, 0x30, "2\\2"),
            ("scale", 0x28, 0x1052, "3000"),
        ]
        for (name, group, element, text) in oddSlices {
            try series(name, in: folder) { i, slice in if i == 48 { slice.set(group, element, text) } }
        }
        try series("doubled", in: folder) { _, _ in }
        var copy = try SliceFile(folder["ct/slice-0049.dcm"])
        copy.move(by: [0, 0, -3])
        try copy.data.write(to: folder["doubled/copy.dcm"])
        try makeFiles(in: folder)
    }

    private static func makeFiles(in folder: ScratchFolder) throws {
        try FileManager.default.createDirectory(at: folder["one"], withIntermediateDirectories: true)
        func file(_ name: String, _ change: (inout SliceFile) -> Void) throws {
            var slice = try SliceFile(folder["ct/slice-0049.dcm"])
            change(&slice)
            try slice.data.write(to: folder["one/\(name)"])
        }
        try file("spacing.dcm") { $0.set(0x28, 0x30, nil) }
        try file("axes.dcm") { $0.set(0x20, 0x37, "1\\0\\0\\0.1\\1\\0") }
        try file("slope.dcm") { $0.set(0x28, 0x1053, "0") }
        try file("rows.dcm") { $0.set(0x28, 0x10, short: 5000) }
        try file("syntax.dcm") { $0.set(0x02, 0x10, "1.2.840.10008.1.2.99") }
        let prefix = Data(count: 128) + Data("DICM".utf8)
        let level =
            Data([0x08, 0x00, 0x40, 0x11]) + Data("SQ\0\0".utf8) + Data(repeating: 255, count: 4)
            + Data([0xFE, 0xFF, 0x00, 0xE0]) + Data(repeating: 255, count: 4)
        var nested = prefix
        for _ in 0..<100_000 { nested.append(level) }
        try nested.write(to: folder["one/nested.dcm"])
        try (prefix + directory("..\\ct\\slice-0001.dcm ")).write(to: folder["one/DICOMDIR"])
    }

    /// A DICOMDIR of one image record.
    private static func directory(_ reference: String) -> Data {
        func element(_ tag: [UInt8], _ kind: String, _ value: Data) -> Data {
            Data(tag) + Data(kind.utf8) + [UInt8(value.count), 0] + value
        }
        let record =
            element([4, 0, 0x30, 0x14], "CS", Data("IMAGE ".utf8))
            + element([4, 0, 0x00, 0x15], "CS", Data(reference.utf8))
        let item = Data([0xFE, 0xFF, 0x00, 0xE0, UInt8(record.count), 0, 0, 0]) + record
        return Data([4, 0, 0x20, 0x12]) + Data("SQ\0\0".utf8) + [UInt8(item.count), 0, 0, 0] + item
    }
}

import ArgumentParser
import Foundation
import Frames
import Imaging
import Segmentation

/// What the numbers or names of labels made elsewhere mean.
struct LabelMeaningOptions: ParsableArguments {
    @Option(help: "Whose numbers the labels are: automatic, verse, totalsegmentator or totalsegmentator-v1.")
    var labelScheme: LabelSchemeName = .automatic

    @Option(
        help:
            "The meaning of other numbers, segments or files, as 5:L3,9:103,mask-a:L4 (what stands there, then a vertebra or one of our numbers)."
    )
    var map: LabelMap?

    /// Labels in any form, on the grid of `image` where it is given; what is odd about them goes to the console, where the
    /// file is called `name`.
    func read(
        _ path: String, named name: String? = nil, on image: LoadedImage?, _ console: Console
    ) throws -> LabelVolume {
        let name = name ?? path
        let loaded = try console.step("labels", "reading \(name)") { progress in
            try LabelReader.load(
                path, on: image?.ct.geometry, of: image?.metadata, scheme: labelScheme.scheme,
                map: map?.numbers ?? [:], names: map?.names ?? [:], progress: progress)
        }
        for text in loaded.remarks.compactMap(Sentences.sentence) { console.warn("\(name): \(text)") }
        return loaded.volume
    }
}

/// Labels made elsewhere, to be used in place of ours.
struct LabelOptions: ParsableArguments {
    @Option(
        help:
            "Labels on the image's grid: a label map (ours, VerSe's, TotalSegmentator's), a folder with one mask a structure, or DICOM SEG."
    )
    var labels: String?

    @OptionGroup var meaning: LabelMeaningOptions

    /// The labels of the file; `nil` without one.
    func read(on image: LoadedImage, _ console: Console) throws -> LabelVolume? {
        try labels.map { try meaning.read($0, on: image, console) }
    }
}

enum LabelSchemeName: String, ExpressibleByArgument, CaseIterable {
    case automatic, verse, totalsegmentator
    case totalsegmentator1 = "totalsegmentator-v1"

    var scheme: LabelScheme {
        switch self {
        case .automatic: .automatic
        case .verse: .verse
        case .totalsegmentator: .totalSegmentator
        case .totalsegmentator1: .totalSegmentator1
        }
    }
}

struct LabelMap: ExpressibleByArgument {
    var numbers: [Int: AnatomicalLabel] = [:]
    var names: [String: AnatomicalLabel] = [:]

    init?(argument: String) {
        for pair in argument.split(separator: ",") {
            let parts = pair.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty,
                let label = AnatomicalLabel(vertebra: parts[1].uppercased())
                    ?? UInt8(parts[1]).map({ AnatomicalLabel($0) })
            else { return nil }
            if let number = Int(parts[0]) {
                guard numbers.updateValue(label, forKey: number) == nil else { return nil }
            } else {
                guard names.updateValue(label, forKey: parts[0]) == nil else { return nil }
            }
        }
        if numbers.isEmpty, names.isEmpty { return nil }
    }
}

/// A vertebra as a person names it: `L3@12.5,-40,233` (a point in it, LPS mm).
struct LevelName: ExpressibleByArgument {
    let level: SettledLevel

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let label = AnatomicalLabel(vertebra: parts[0].uppercased()) else { return nil }
        let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2],
            [x, y, z].allSatisfy({ $0.isFinite && abs($0) < 1e5 })
        else { return nil }
        level = SettledLevel(label: label, point: Point(x, y, z))
    }
}

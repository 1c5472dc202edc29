import ArgumentParser
import Foundation
import Imaging

/// Labels made elsewhere, to be used in place of ours.
struct LabelOptions: ParsableArguments {
    @Option(help: "A label map on the image's grid: ours, VerSe's or TotalSegmentator's.")
    var labels: String?

    @Option(help: "Whose numbers the labels are: automatic, verse or totalsegmentator.")
    var labelScheme: LabelSchemeName = .automatic

    @Option(
        help:
            "The meaning of other numbers, as 5:L3,6:L4,9:103 (number in the file, then a vertebra or one of our numbers)."
    )
    var map: LabelMap?

    /// The labels of the file; `nil` without one.
    func read(on image: LoadedImage, _ console: Console) throws -> LabelVolume? {
        guard let labels else { return nil }
        return try console.step("labels", "reading \(labels)") { _ in
            try LabelReader.read(labels, on: image.ct.geometry, scheme: labelScheme.scheme, map: map?.meaning ?? [:])
        }
    }
}

enum LabelSchemeName: String, ExpressibleByArgument, CaseIterable {
    case automatic, verse, totalsegmentator

    var scheme: LabelScheme {
        switch self {
        case .automatic: .automatic
        case .verse: .verse
        case .totalsegmentator: .totalSegmentator
        }
    }
}

struct LabelMap: ExpressibleByArgument {
    let meaning: [Int: AnatomicalLabel]

    init?(argument: String) {
        var meaning: [Int: AnatomicalLabel] = [:]
        for pair in argument.split(separator: ",") {
            let parts = pair.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let number = Int(parts[0]), meaning[number] == nil else { return nil }
            guard
                let label = AnatomicalLabel(vertebra: parts[1].uppercased())
                    ?? UInt8(parts[1]).map({ AnatomicalLabel($0) })
            else { return nil }
            meaning[number] = label
        }
        guard !meaning.isEmpty else { return nil }
        self.meaning = meaning
    }
}

import ArgumentParser
import Imaging

/// The image that a command works on.
struct ImageOptions: ParsableArguments {
    @Argument(help: "A DICOM folder, file or DICOMDIR, or a .nii, .nii.gz, .nrrd or .mha file.")
    var volume: String

    @Option(help: "The series to take from a folder that holds several.")
    var series: String?

    @Option(help: "The acquisition to take, by its number, from a series that holds several.")
    var acquisition: Int?

    /// Reads the image, and says what is irregular about it.
    ///
    /// - Parameter keepsExact: whether values that are no whole HU are wanted, at the cost of memory.
    func read(_ console: Console, keepsExact: Bool = true) throws -> LoadedImage {
        try console.step("load", "reading \(volume)") { progress in
            try ImageReader.read(
                volume, series: series, acquisition: acquisition, keepsExact: keepsExact, progress: progress)
        }
    }

    /// As `read`, for work that ends in a patient: an image whose distances or values cannot be trusted is refused.
    func readForPlanning(_ console: Console) throws -> LoadedImage {
        let image = try read(console, keepsExact: false)
        try image.mustServePlanning(volume, console)
        return image
    }
}

extension LoadedImage {
    /// Says what is irregular about an image, and refuses one whose distances or values cannot be trusted.
    func mustServePlanning(_ name: String, _ console: Console) throws {
        let forbidding = irregularities.filter { $0.effect == .forbidsPlanning }
        guard forbidding.isEmpty else {
            throw Failure(
                code: "image-not-for-planning",
                message:
                    "\(name) must not be planned on: \(forbidding.map(Sentences.sentence).joined(separator: "; ")). "
                    + "Scan again, or resample it with a tool that you trust.")
        }
        for found in irregularities { console.warn("\(name): \(Sentences.sentence(found))") }
    }
}

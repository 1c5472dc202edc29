import ArgumentParser
import Imaging

/// The image that a command works on.
struct ImageOptions: ParsableArguments {
    @Argument(help: "A DICOM folder or file, or a .nii, .nii.gz, .nrrd or .mha file.")
    var volume: String

    @Option(help: "The series to take from a folder that holds several.")
    var series: String?

    /// Reads the image, and says what is irregular about it.
    func read(_ console: Console) throws -> LoadedImage {
        try console.step("load", "reading \(volume)") { progress in
            try ImageReader.read(volume, series: series, progress: progress)
        }
    }

    /// As `read`, for work that ends in a patient: an image whose distances or values cannot be trusted is refused.
    func readForPlanning(_ console: Console) throws -> LoadedImage {
        let image = try read(console)
        let forbidding = image.irregularities.filter { $0.effect == .forbidsPlanning }
        guard forbidding.isEmpty else {
            throw Failure(
                code: "image-not-for-planning",
                message:
                    "\(volume) must not be planned on: \(forbidding.map(Sentences.sentence).joined(separator: "; ")). "
                    + "Scan again, or resample it with a tool that you trust.")
        }
        for found in image.irregularities { console.warn("\(volume): \(Sentences.sentence(found))") }
        return image
    }
}

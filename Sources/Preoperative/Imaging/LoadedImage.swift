/// File formats that images come in.
public enum ImageFormat: String, Equatable, Sendable { case dicom, nifti, nrrd, metaImage = "mha" }

/// The linear map from stored numbers to HU: HU = stored · slope + intercept.
public struct Rescale: Equatable, Sendable {
    public let slope: Double
    public let intercept: Double

    public init(slope: Double = 1, intercept: Double = 0) {
        self.slope = slope
        self.intercept = intercept
    }

    public static let none = Rescale()
}

/// What an image file says beside geometry and values; empty or `nil` where it says nothing.
public struct ImageMetadata: Equatable, Sendable {
    public var format: ImageFormat
    public var seriesUID: String?
    public var studyUID: String?
    public var frameOfReferenceUID: String?
    public var seriesDescription = ""
    public var studyDescription = ""
    public var modality = ""
    public var patientID = ""
    public var patientName = ""
    /// `YYYYMMDD`, as DICOM writes it.
    public var patientBirthDate = ""
    public var patientSex = ""
    /// `YYYYMMDD`.
    public var studyDate = ""
    public var manufacturer = ""
    /// How the patient lay, as `HFS` (head first, supine).
    public var patientPosition = ""
    /// The map that the file used; `nil` where slices had different ones.
    public var rescale: Rescale? = Rescale.none
    /// Files that the image was read from, from the first slice to the last.
    public var sourceFiles: [String] = []

    public init(format: ImageFormat) { self.format = format }
}

/// An image as read: HU on a grid in the patient, what the file says about it, and what is odd about it.
public struct LoadedImage: Equatable, Sendable {
    /// HU, rounded to whole numbers and cut to `Int16` where `exact` is there.
    public var ct: Volume<Int16>
    /// The file's own values, where `ct` differs from them (fractions, beyond `Int16`, padding that looked like tissue).
    public var exact: Volume<Double>?
    public var metadata: ImageMetadata
    public var irregularities: [Irregularity]

    public init(
        ct: Volume<Int16>, exact: Volume<Double>? = nil, metadata: ImageMetadata = ImageMetadata(format: .nifti),
        irregularities: [Irregularity] = []
    ) {
        self.ct = ct
        self.exact = exact
        self.metadata = metadata
        self.irregularities = irregularities
    }

    /// Whether nothing in the image forbids a plan on it.
    public var allowsPlanning: Bool { irregularities.allSatisfy { $0.effect != .forbidsPlanning } }
}

import Files
import Glibc

/// What is wrong with an image or a file of one. Paths are as the caller gave them.
public enum ImagingError: Error, Equatable, Sendable {
    /// Sizes, spacings or axes that no scanner makes.
    case impossibleGeometry(String)
    /// A file that cannot be read as the image that it claims to be.
    case unreadable(path: String, FileProblem)
    /// A file or folder that could not be written; nothing of it is left behind.
    case unwritable(path: String, WriteProblem)
    /// A folder without one readable DICOM image in it, and how many files were tried.
    case noImage(path: String, filesSeen: Int)
    /// A folder that holds more than one series: the caller must name one.
    case severalSeries(path: String, [SeriesSummary])
    /// The named series is not in the folder; what is there.
    case seriesNotFound(path: String, wanted: String, [SeriesSummary])
    /// A label map whose grid is not the image's.
    case labelsOnAnotherGrid(path: String, labels: GridGeometry, image: GridGeometry)
    /// Label numbers whose meaning does not show from the image: the caller must name the scheme.
    case labelSchemeUnclear(path: String, numbers: [Int])
    /// Label numbers none of which the given map or scheme knows.
    case unknownLabels(path: String, numbers: [Int])
    /// A label map with values that are no label numbers (fractions, negative, above 65535).
    case notLabels(path: String, value: Double)
    /// A label map in which every voxel is 0.
    case noLabels(path: String)
    /// A file of a folder of masks that holds more than one value beside 0: which structure is which does not show.
    case notAMask(path: String, values: [Int])
    /// A folder without one file whose name says which structure it holds; the names seen.
    case noStructures(path: String, names: [String])
    /// Two vertebrae of one label set that claim the same voxels, too many to be a seam between them.
    case structuresOverlap(path: String, AnatomicalLabel, AnatomicalLabel, voxels: Int)
    /// A segment whose code and whose label name different vertebrae.
    case segmentContradicts(path: String, segment: Int, label: String, code: AnatomicalLabel)
    /// Labels made in another coordinate system than the image's.
    case anotherFrameOfReference(path: String, labels: String, image: String)
    /// DICOM objects that name the images they were made from need such images.
    case noSourceSeries(path: String)
}

/// Why a file is not readable.
public enum FileProblem: Error, Equatable, Sendable {
    case notFound
    /// Neither a regular file nor a folder.
    case notAFile
    /// The system refused; its own error number.
    case system(errno: Int32)
    case unknownFormat
    /// The header needs more bytes than there are.
    case truncated(expectedBytes: Int, foundBytes: Int)
    /// Compressed data that stop early: bytes that should come out of them (header and voxels), and bytes that did.
    case compressedDataEnds(expectedBytes: Int, decodedBytes: Int)
    /// A header that asks for more bytes than so few compressed ones can ever hold.
    case compressedTooShort(expectedBytes: Int, compressedBytes: Int)
    /// The file of voxels that a detached header names is not there.
    case dataFileNotFound(name: String)
    /// A header entry that is missing or cannot be true.
    case badHeader(field: String, value: String)
    /// A header entry that is right but that this program does not read.
    case unsupported(field: String, value: String)
    /// Compressed or encoded voxels that do not decode.
    case damaged(String)
    /// More voxels than one image may hold here.
    case tooLarge(voxels: Int)
    /// Sizes, spacings or axes that no scanner makes.
    case impossibleGeometry(String)
    /// The series holds no acquisition of this number; those that it has.
    case noSuchAcquisition(wanted: Int, available: [Int])
    /// A list of files that names one outside its own folder.
    case unsafeReference(String)
    /// Axes that are not perpendicular: the largest deviation of their dot products.
    case sheared(deviation: Double)
}

extension FileProblem {
    public init(_ refusal: FileRefusal) {
        switch refusal {
        case .notFound: self = .notFound
        case .notAFile: self = .notAFile
        case .tooLarge: self = .system(errno: EFBIG)
        case .system(let number): self = .system(errno: number)
        }
    }
}

/// Why something was not written.
public enum WriteProblem: Error, Equatable, Sendable {
    case system(errno: Int32)
    /// A folder that already holds other things: it is not overwritten.
    case folderNotOurs
    /// A file stands where a folder should go, or a folder where a file should.
    case inTheWay
    case unknownFormat
    /// A DICOM CT series was asked for, but the image is of another modality.
    case notCT(modality: String)
    /// The format has no way to hold these values exactly.
    case valuesDoNotFit(format: String)
    case failed(String)
}

/// One series of a folder, as a person needs it to choose.
public struct SeriesSummary: Equatable, Sendable {
    public let uid: String
    public let description: String
    public let modality: String
    /// Images in the series.
    public let slices: Int

    public init(uid: String, description: String, modality: String, slices: Int) {
        self.uid = uid
        self.description = description
        self.modality = modality
        self.slices = slices
    }
}

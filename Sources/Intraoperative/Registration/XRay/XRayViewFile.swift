import Foundation
import Frames
import Imaging

/// The JSON form of a calibrated view: `{"image": "front.mha", "projection": [12 numbers], "bone": "bright"}`.
///
/// The image is one slice (.mha, .nrrd or .nii), one grey frame of an X-ray's DICOM file, a grey PNG or a PGM; a relative
/// name is looked for beside the JSON. A DICOM file of several frames needs `"frame"`, from 1. The projection maps
/// millimetres to pixels, row by row, pixel centres at whole numbers, first across and then down. `bone` tells whether
/// bone is shown brighter than what is round it (as attenuation) or darker (as what a detector counts).
public struct XRayViewFile: Codable, Equatable, Sendable {
    public let image: String
    public let projection: [Double]
    public var bone: Bone?
    /// Which frame of a DICOM file, from 1.
    public var frame: Int?

    public enum Bone: String, Codable, Sendable, CaseIterable { case bright, dark }

    private static let byteLimit = 1 << 20

    public init(image: String, projection: ProjectionMatrix, bone: Bone = .bright) {
        (self.image, self.projection, self.bone) = (image, projection.rows, bone)
    }

    /// - Throws: `RegistrationError.cannotRead`, `.file`, `.impossibleView`, `.imaging`.
    public static func read(_ path: String) throws(RegistrationError) -> XRayView {
        let file = try decode(TextFile.load(path, byteLimit: byteLimit), path)
        let projection = try ProjectionMatrix(file.projection)
        let isAbsolute = file.image.hasPrefix("/")
        let beside = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(file.image)
        let sign: Float = file.bone == .dark ? -1 : 1
        let image = try pixels(isAbsolute ? file.image : beside.relativePath, frame: file.frame)
        return try XRayView(
            projection: projection, width: image.width, height: image.height, pixels: image.values.map { $0 * sign })
    }

    private static func pixels(
        _ path: String, frame: Int?
    ) throws(RegistrationError) -> (width: Int, height: Int, values: [Float]) {
        guard !ImageReader.isGridFile(path) else { return try oneSlice(path) }
        let image: Radiograph
        do throws(ImagingError) { image = try Radiograph.read(path, frame: frame ?? 1) } catch {
            guard case .unreadable(_, .unsupported(field: "Modality", let modality)) = error else {
                throw .imaging(error)
            }
            throw .impossibleView(.notAProjection(modality: modality))
        }
        guard frame != nil || image.frames == 1 else { throw .impossibleView(.frameUnclear(frames: image.frames)) }
        return (image.width, image.height, image.pixels)
    }

    private static func oneSlice(
        _ path: String
    ) throws(RegistrationError) -> (width: Int, height: Int, values: [Float]) {
        let loaded: LoadedImage
        do throws(ImagingError) { loaded = try ImageReader.read(path) } catch { throw .imaging(error) }
        let size = loaded.ct.size
        guard size.z == 1 else { throw .impossibleView(.notOneSlice(size.z)) }
        let values = loaded.exact.map { $0.voxels.map { Float($0) } } ?? loaded.ct.voxels.map { Float($0) }
        return (size.x, size.y, values)
    }

    private static func decode(_ data: Data, _ path: String) throws(RegistrationError) -> XRayViewFile {
        do { return try JSONDecoder().decode(XRayViewFile.self, from: data) } catch DecodingError.keyNotFound(
            let key, _)
        {
            throw .file(path: path, .missingKey(key.stringValue))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            throw .file(path: path, context.codingPath.first.map { .missingKey($0.stringValue) } ?? .notJSON)
        } catch { throw .file(path: path, .notJSON) }
    }

    /// Writes a view as NAME.json and NAME.mha, pixels of `pixelSize` mm.
    ///
    /// - Throws: `RegistrationError.cannotWrite`, `.imaging`.
    public static func write(
        _ view: XRayView, pixelSize: Double, to folder: String, name: String
    ) throws(RegistrationError) {
        do throws(ImagingError) {
            let grid = try GridGeometry(
                size: GridSize(view.width, view.height, 1), spacing: Vector3(pixelSize, pixelSize, 1), origin: .origin)
            let image = LoadedImage(
                ct: Volume(geometry: grid, filledWith: 0),
                exact: Volume(geometry: grid, voxels: view.pixels.map { Double($0) }))
            try ImageWriter.write(image, to: "\(folder)/\(name).mha")
        } catch { throw .imaging(error) }
        try XRayViewFile(image: "\(name).mha", projection: view.projection).save(to: "\(folder)/\(name).json")
    }

    /// - Throws: `RegistrationError.cannotWrite`.
    public func save(to path: String) throws(RegistrationError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw .cannotWrite(path: path, .failed("projection")) }
        try TextFile.write(data + Data("\n".utf8), to: path)
    }
}

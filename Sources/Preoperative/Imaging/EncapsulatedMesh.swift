import CDICOM
import Foundation
import Frames

/// Writes surfaces as DICOM objects: binary STL inside an Encapsulated STL file (PS3.3 A.85.1) of the image's study.
public enum EncapsulatedMesh {
    /// - Parameters:
    ///   - stl: a binary STL file in CT coordinates, mm.
    ///   - title: what the surface shows.
    ///   - number: the object's number in its series, from 1.
    ///   - image: the metadata of the DICOM image that the surface was made from, whose files are still there.
    /// - Throws: `ImagingError.noSourceSeries` where the image is not DICOM, `.unwritable`, `.unreadable`.
    public static func write(
        stl: Data, title: String, number: Int, of image: ImageMetadata,
        on geometry: GridGeometry, to path: String
    ) throws(ImagingError) {
        let source = try SourceSeries(image, geometry, for: path)
        var identifier = ContentIdentifier()
        for text in [source.seriesUID, "surfaces"] { identifier.add(text) }
        let series = identifier.uid("series")
        identifier.add(title)
        for byte in stl { identifier.add(UInt64(byte)) }
        let texts = DICOMTexts([
            source.images[0].path, source.seriesUID, identifier.uid("object"), series, title, "Surfaces",
            DICOMWriter.mark, image.studyDate, "000000",
        ])
        try AtomicFile.writeBeside(path) { (beside) throws(WriteProblem) in
            try write(stl, texts, source, number, to: beside)
        }
    }

    private static func write(
        _ stl: Data, _ texts: DICOMTexts, _ source: SourceSeries, _ number: Int, to path: String
    ) throws(WriteProblem) {
        let (classes, instances) = (
            DICOMTexts(source.images.map(\.classUID)), DICOMTexts(source.images.map(\.instanceUID))
        )
        var classPointers = source.images.indices.map { classes[$0] }
        var instancePointers = source.images.indices.map { instances[$0] }
        let status = stl.withUnsafeBytes { bytes in
            classPointers.withUnsafeMutableBufferPointer { classes in
                instancePointers.withUnsafeMutableBufferPointer { instances in
                    var mesh = cdicom_mesh()
                    (mesh.source_path, mesh.source_series_uid) = (texts[0], texts[1])
                    (mesh.sop_instance_uid, mesh.series_uid) = (texts[2], texts[3])
                    (mesh.title, mesh.series_description, mesh.software_versions) = (texts[4], texts[5], texts[6])
                    (mesh.date, mesh.time) = (texts[7], texts[8])
                    mesh.instance_number = Int32(number)
                    (mesh.stl, mesh.size) = (bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
                    (mesh.source_classes, mesh.source_instances) = (
                        UnsafePointer(classes.baseAddress), UnsafePointer(instances.baseAddress)
                    )
                    mesh.sources = Int32(source.images.count)
                    return cdicom_write_mesh(path, &mesh)
                }
            }
        }
        withExtendedLifetime((classes, instances)) {}
        guard status == CDICOM_OK else { throw .failed(String(cString: cdicom_reason())) }
    }
}

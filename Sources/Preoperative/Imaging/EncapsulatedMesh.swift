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
        let document = EncapsulatedDocument(bytes: stl, title: title, seriesDescription: "Surfaces", number: number)
        try document.write(of: image, on: geometry, purpose: "surfaces", to: path, with: cdicom_write_mesh)
    }
}

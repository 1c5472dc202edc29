import Foundation
import Frames
import Imaging
import Meshing

extension Phantom {
    /// Writes the CT as a DICOM series (or as the format that the path's ending names).
    ///
    /// - Throws: `PhantomError.image`; nothing is left behind then.
    public func writeSeries(
        _ ct: Volume<Int16>, seed: UInt64, to path: String, progress: ProgressReport? = nil
    ) throws(PhantomError) {
        do throws(ImagingError) {
            try ImageWriter.write(LoadedImage(ct: ct, metadata: metadata(seed)), to: path, progress: progress)
        } catch { throw .image(error) }
    }

    /// Scans with a tilted gantry and writes the DICOM series: planes that lean by `tilt` (radians) about their own
    /// middles and march along the grid's third axis. Slices are as thick as a voxel; their profile is not blurred
    /// beyond that.
    ///
    /// - Throws: `PhantomError.image`; nothing is left behind then.
    public func writeTiltedSeries(
        on geometry: GridGeometry, tilt: Double, seed: UInt64, to path: String, progress: ProgressReport? = nil
    ) throws(PhantomError) {
        do throws(ImagingError) {
            let scan = try TiltedScan(geometry, tilt: tilt)
            var values: [Int16] = []
            values.reserveCapacity(geometry.size.count)
            for (i, plane) in scan.planes.enumerated() {
                values += sample(plane, seed: seed &+ UInt64(i) &* 0x9E37_79B9).voxels
                progress?(0.8 * Double(i + 1) / Double(scan.planes.count))
            }
            try ImageWriter.writeDICOM(values, of: scan, metadata: metadata(seed), to: path) {
                progress?(0.8 + 0.2 * $0)
            }
        } catch { throw .image(error) }
    }

    private func metadata(_ seed: UInt64) -> ImageMetadata {
        var metadata = ImageMetadata(format: .dicom)
        metadata.modality = "CT"
        metadata.patientID = "PHANTOM-\(definition.name)"
        metadata.patientName = "Phantom^\(definition.name)"
        metadata.seriesDescription = "Phantom \(definition.name), seed \(seed)"
        metadata.studyDescription = "Simulated CT"
        metadata.patientPosition = "HFS"
        return metadata
    }

    /// Writes `labels.nii.gz`, `landmarks.json` and one mesh a bone in `meshes/` (`L1.stl`, …).
    ///
    /// - Throws: `PhantomError`; nothing is left behind then, and a folder with other things in it is not touched.
    public func writeTruth(
        on geometry: GridGeometry, to folder: String, meshSpacing: Double = 0.6, progress: ProgressReport? = nil
    ) throws(PhantomError) {
        let ours: Set<String> = ["labels.nii.gz", "landmarks.json", "meshes"]
        var failure: PhantomError?
        do throws(ImagingError) {
            try AtomicFile.writeFolder(to: folder, mayReplace: { ours.isSuperset(of: $0) }) {
                (beside) throws(WriteProblem) in
                do throws(PhantomError) { try fillTruth(beside, geometry, meshSpacing, progress) } catch {
                    failure = error
                    throw .failed("\(error)")
                }
            }
        } catch { throw failure ?? .image(error) }
    }

    private func fillTruth(
        _ folder: String, _ geometry: GridGeometry, _ meshSpacing: Double, _ progress: ProgressReport?
    ) throws(PhantomError) {
        let labels = labels(geometry) { progress?(0.4 * $0) }
        do throws(ImagingError) { try LabelWriter.write(labels, to: folder + "/labels.nii.gz") } catch {
            throw .image(error)
        }
        do {
            try FileManager.default.createDirectory(atPath: folder + "/meshes", withIntermediateDirectories: false)
            try LandmarksFile(self).data().write(to: URL(fileURLWithPath: folder + "/landmarks.json"))
        } catch {
            throw .unwritable(path: folder, reason: error.localizedDescription)
        }
        progress?(0.5)
        let labelled = boneLabels + (implants.contains { $0.label == .metal } ? [.metal] : [])
        for (i, label) in labelled.enumerated() {
            let mesh = try mesh(of: label, spacing: meshSpacing)
            do throws(MeshingError) { try MeshFile.write(mesh, to: "\(folder)/meshes/\(label.name).stl") } catch {
                throw .meshing(error)
            }
            progress?(0.5 + 0.5 * Double(i + 1) / Double(labelled.count))
        }
    }

    /// Labels of the bones in this phantom, in ascending order.
    public var boneLabels: [AnatomicalLabel] { Set(skeleton.bones.map(\.label)).sorted() }
}

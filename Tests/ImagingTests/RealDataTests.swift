import Foundation
import Frames
import TestSupport
import Testing

@testable import Imaging

/// Real files, whose facts are those that pydicom 3 and SimpleITK 2 print.
@Suite struct RealDataTests {
    @Test(.enabled(if: realData("torso-dicom") != nil, "needs shared/data"))
    func torso() throws {
        let image = try ImageReader.read(realData("torso-dicom")!.path)
        #expect(image.ct.size == GridSize(512, 512, 134))
        #expect(image.ct.geometry.spacing == Vector3(1.07421875, 1.07421875, 3))
        #expect(image.ct.geometry.origin == Point(-275, -178.1, 85.91))
        #expect(image.ct.range == (-1000, 1988))
        #expect(image.irregularities.isEmpty && image.exact == nil)
    }

    static let lossless = [
        "BigEndianExplicit", "DeflatedExplicit", "JPEG2000LosslessOnly", "JPEGLSLossless", "JPEGProcess14SV1",
        "JPEGProcess14T",
        "LittleEndianImplicit", "RLELossless",
    ]
    /// Largest differences as SimpleITK has them too: quantisation of the codec, whole HU.
    static let lossy = [
        "JPEG2000TransferSyntax": 5.0, "JPEGLSLossy": 1, "JPEGProcess10_12": 35.7, "JPEGProcess2_4": 35.7,
        "JPEGProcess6_8": 35.7, "JPEGProcess1T": 64.3,
    ]

    private func syntax(_ name: String) throws -> LoadedImage {
        let folder = try #require(realData("dicom-edge/transfer-syntaxes"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains("_" + name) }
        return try ImageReader.read(folder.appendingPathComponent(try #require(files.first)).path)
    }

    @Test(.enabled(if: realData("dicom-edge") != nil, "needs shared/data"), arguments: lossless)
    func losslessSyntaxes(_ name: String) throws {
        let truth = try syntax("LittleEndianExplicit")
        #expect(truth.ct.range == (-3024, 1378))
        let image = try syntax(name)
        #expect(image.ct == truth.ct)
        #expect(image.exact == nil)
    }

    @Test(.enabled(if: realData("dicom-edge") != nil, "needs shared/data"), arguments: lossy.keys.sorted())
    func lossySyntaxes(_ name: String) throws {
        let truth = try syntax("LittleEndianExplicit").ct
        let image = try syntax(name)
        let values = image.exact?.voxels ?? image.ct.voxels.map { Double($0) }
        let worst = zip(values, truth.voxels).map { abs($0 - Double($1)) }.max() ?? .infinity
        #expect(worst <= Self.lossy[name]!)
        #expect(image.irregularities.contains(Irregularity(.lossyCompression, .noted)))
    }

    @Test(.enabled(if: realData("head-tilt-dicom") != nil, "needs shared/data"))
    func tiltedAndUnevenHead() throws {
        let image = try ImageReader.read(realData("head-tilt-dicom")!.path)
        var tilt: Double?
        var gaps: (Double, Double)?
        for found in image.irregularities {
            switch (found.kind, found.effect) {
            case (.gantryTilt(let angle), .mended): tilt = angle
            case (.unevenSpacing(let least, let most, let slices), .forbidsPlanning):
                gaps = (least, most)
                #expect(slices.map(\.instanceNumber) == Array(14...27))
            case (.padding, .noted): continue
            default: Issue.record("\(found)")
            }
        }
        #expect(abs((tilt ?? 0) - 18.5) < 0.01)
        #expect(abs((gaps?.0 ?? 0) - 1.08) < 0.01 && abs((gaps?.1 ?? 0) - 7) < 0.01)
        // 151.94 mm along the patient, seen at 18.5°.
        let g = image.ct.geometry
        #expect(g.size.z == 37)
        #expect(abs(g.spacing.z * 36 - 151.94 * cos(18.5 * .pi / 180)) < 0.01)
    }

    @Test(.enabled(if: realData("head-small-dicom") != nil, "needs shared/data"))
    func headWithoutHU() throws {
        let image = try ImageReader.read(realData("head-small-dicom")!.path)
        #expect(
            image.irregularities == [
                Irregularity(.notHounsfield(unit: "US"), .noted),
                Irregularity(.valuesNotHU(smallest: 0, largest: 3926), .forbidsPlanning),
            ])
    }

    @Test(.enabled(if: realData("dicom-edge/pydicom") != nil, "needs shared/data"))
    func damagedFilesGiveDataOrAnError() throws {
        let folder = realData("dicom-edge/pydicom")!
        // Readable ones with their smallest and largest HU.
        let readable: [String: (Int16, Int16)] = [
            "CT_small.dcm": (-896, 1167), "J2K_pixelrep_mismatch.dcm": (-2000, 1896), "bad_sequence.dcm": (-1011, 1243),
            "eCT_Supplemental.dcm": (-1024, 172), "explicit_VR-UN.dcm": (-1024, 1186),
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let path = folder.appendingPathComponent(name).path
            if let range = readable[name] {
                #expect(try ImageReader.read(path).ct.range == range, "\(name)")
            } else {
                #expect(throws: ImagingError.self, "\(name)") { try ImageReader.read(path) }
            }
        }
    }

    @Test(.enabled(if: realData("dicom-edge/dicomdir") != nil, "needs shared/data"), arguments: ["", "/DICOMDIR"])
    func severalSeriesAreListed(_ name: String) throws {
        let path = try #require(realData("dicom-edge/dicomdir")).path + name
        guard case .severalSeries(_, let series) = imagingError({ _ = try ImageReader.read(path) }) else {
            Issue.record("several series read as one")
            return
        }
        #expect(series.map(\.slices).sorted() == [2, 4, 5])
        let heart = try #require(series.first { $0.slices == 5 })
        #expect(try ImageReader.read(path, series: heart.uid).ct.size == GridSize(16, 16, 5))
    }

    @Test(
        .enabled(if: realData("lumbar-3mm") != nil, "needs shared/data"),
        arguments: ["labels-totalseg", "labels-all-organs"])
    func labelsOfANetwork(_ name: String) throws {
        let ct = try ImageReader.read(realData("lumbar-3mm/ct.nii.gz")!.path).ct
        let labels = try LabelReader.read(realData("lumbar-3mm/\(name).nii.gz")!.path, on: ct.geometry)
        let vertebrae = labels.counts().keys.filter { $0.isVertebra || $0 == .sacrum }.sorted()
        #expect(vertebrae.map(\.name) == ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "sacrum"])
    }

    /// Labels written with other axes than the DICOM series they belong to.
    @Test(.enabled(if: realData("thoracolumbar-j2k-dicom") != nil, "needs shared/data"))
    func labelsWithTurnedAxes() throws {
        let ct = try ImageReader.read(realData("thoracolumbar-j2k-dicom")!.path).ct
        let labels = try LabelReader.read(
            realData("thoracolumbar-j2k-dicom-labels.nii.gz")!.path, on: ct.geometry, scheme: .totalSegmentator)
        #expect(labels.geometry == ct.geometry)
        // Bone under the labels: a flipped map would lie in air and gut.
        let t12 = zip(labels.voxels, ct.voxels).filter { $0.0 == 19 }.map { Double($0.1) }
        #expect(t12.count == 23576)
        #expect(t12.reduce(0, +) / Double(t12.count) > 150)
    }
}

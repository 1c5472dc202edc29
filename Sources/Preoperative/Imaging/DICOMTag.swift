/// DICOM attributes that this program reads (PS3.6): group · 65536 + element.
enum DICOMTag: UInt32 {
    case transferSyntaxUID = 0x0002_0010
    case imageType = 0x0008_0008
    case sopInstanceUID = 0x0008_0018
    case studyDate = 0x0008_0020
    case modality = 0x0008_0060
    case manufacturer = 0x0008_0070
    case studyDescription = 0x0008_1030
    case seriesDescription = 0x0008_103E
    case patientName = 0x0010_0010
    case patientID = 0x0010_0020
    case patientBirthDate = 0x0010_0030
    case patientSex = 0x0010_0040
    case sliceThickness = 0x0018_0050
    case softwareVersions = 0x0018_1020
    case gantryTilt = 0x0018_1120
    case patientPosition = 0x0018_5100
    case studyInstanceUID = 0x0020_000D
    case seriesInstanceUID = 0x0020_000E
    case acquisitionNumber = 0x0020_0012
    case instanceNumber = 0x0020_0013
    case imagePosition = 0x0020_0032
    case imageOrientation = 0x0020_0037
    case frameOfReferenceUID = 0x0020_0052
    case pixelSpacing = 0x0028_0030
    case pixelPaddingValue = 0x0028_0120
    case rescaleIntercept = 0x0028_1052
    case rescaleSlope = 0x0028_1053
    case rescaleType = 0x0028_1054
    case lossyCompression = 0x0028_2110

    /// The functional group that holds this attribute in an enhanced multi-frame image.
    var functionalGroup: UInt32? {
        switch self {
        case .imagePosition: 0x0020_9113
        case .imageOrientation: 0x0020_9116
        case .pixelSpacing, .sliceThickness: 0x0028_9110
        case .rescaleIntercept, .rescaleSlope: 0x0028_9145
        default: nil
        }
    }
}

/// DICOM attributes that this program reads (PS3.6): group · 65536 + element.
enum DICOMTag: UInt32 {
    case directoryRecordSequence = 0x0004_1220
    case directoryRecordType = 0x0004_1430
    case referencedFileID = 0x0004_1500
    case imageType = 0x0008_0008
    case sopClassUID = 0x0008_0016
    case sopInstanceUID = 0x0008_0018
    case studyDate = 0x0008_0020
    case acquisitionTime = 0x0008_0032
    case modality = 0x0008_0060
    case manufacturer = 0x0008_0070
    case codeValue = 0x0008_0100
    case codingScheme = 0x0008_0102
    case studyDescription = 0x0008_1030
    case seriesDescription = 0x0008_103E
    case referencedSeries = 0x0008_1115
    case frameType = 0x0008_9007
    case patientName = 0x0010_0010
    case patientID = 0x0010_0020
    case patientBirthDate = 0x0010_0030
    case patientSex = 0x0010_0040
    case sliceThickness = 0x0018_0050
    case spacingBetweenSlices = 0x0018_0088
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
    case temporalPosition = 0x0020_0100
    case imagesInAcquisition = 0x0020_1002
    case temporalPositionIndex = 0x0020_9128
    case frameAcquisitionNumber = 0x0020_9156
    case pixelSpacing = 0x0028_0030
    case pixelPaddingValue = 0x0028_0120
    case pixelPaddingRangeLimit = 0x0028_0121
    case rescaleIntercept = 0x0028_1052
    case rescaleSlope = 0x0028_1053
    case rescaleType = 0x0028_1054
    case burnedInAnnotation = 0x0028_0301
    case lossyCompression = 0x0028_2110
    case segmentationType = 0x0062_0001
    case segments = 0x0062_0002
    case segmentNumber = 0x0062_0004
    case segmentLabel = 0x0062_0005
    case referencedSegment = 0x0062_000B
    case maximumFraction = 0x0062_000E
    case segmentedPropertyType = 0x0062_000F

    /// The functional group that holds this attribute in an enhanced multi-frame image.
    var functionalGroup: UInt32? {
        switch self {
        case .imagePosition: 0x0020_9113
        case .imageOrientation: 0x0020_9116
        case .pixelSpacing, .sliceThickness, .spacingBetweenSlices: 0x0028_9110
        case .rescaleIntercept, .rescaleSlope, .rescaleType: 0x0028_9145
        case .frameAcquisitionNumber, .temporalPositionIndex: 0x0020_9111
        case .frameType: 0x0018_9329
        case .referencedSegment: 0x0062_000A
        default: nil
        }
    }
}

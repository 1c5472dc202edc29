import Frames

/// One slice of a series, as a person finds it in the scanner's own list.
public struct SliceReference: Equatable, Sendable {
    /// InstanceNumber (0020,0013), or the frame's number from 1 in a multi-frame file; `nil` where the file gives none.
    public let instanceNumber: Int?
    /// ImagePositionPatient (0020,0032), LPS, mm.
    public let position: Point<CT>?
    public let file: String

    public init(instanceNumber: Int?, position: Point<CT>?, file: String) {
        self.instanceNumber = instanceNumber
        self.position = position
        self.file = file
    }
}

/// One acquisition of a series that holds several over the same part of the patient.
public struct AcquisitionSummary: Equatable, Sendable {
    /// AcquisitionNumber (0020,0012); where all slices share it, counted from 1 in the order of their times.
    public let number: Int
    public let slices: Int
    public let first: SliceReference
    public let last: SliceReference

    public init(number: Int, slices: Int, first: SliceReference, last: SliceReference) {
        self.number = number
        self.slices = slices
        self.first = first
        self.last = last
    }
}

extension DICOMSlice {
    var reference: SliceReference {
        SliceReference(
            instanceNumber: framesInFile > 1 ? frame + 1 : instanceNumber.flatMap { Int(exactly: $0) },
            position: position.map { Point($0) }, file: path)
    }
}

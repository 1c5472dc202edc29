/// A coordinate system. Frames are empty enums: they exist for the compiler alone, which then refuses a point, a
/// direction or a pose in the wrong one.
public protocol Frame: Sendable {
    /// The name by which files and messages call this frame.
    static var name: String { get }
}

/// The patient coordinates of a CT: +X to the patient's left, +Y to the back, +Z to the head, in mm (DICOM PS3.3 C.7.6.2).
public enum CT: Frame { public static let name = "ct" }
/// The frame of the markers that are fixed to the patient's bone.
public enum Reference: Frame { public static let name = "reference" }
/// The frame of the tracking camera or field generator.
public enum Tracker: Frame { public static let name = "tracker" }
/// A rigid set of markers on a tool, a flange or a pointer, as its maker defines it.
public enum Marker: Frame { public static let name = "marker" }
/// The base of the robot arm.
public enum Base: Frame { public static let name = "base" }
/// The mounting plate at the end of the robot arm.
public enum Flange: Frame { public static let name = "flange" }
/// The tool: origin at its tip, +Z along its axis and out of the tip.
public enum Tool: Frame { public static let name = "tool" }
/// One vertebra's own frame: origin at its body's centre, +X to its left, +Y to its back, +Z to its cranial endplate.
public enum Vertebra: Frame { public static let name = "vertebra" }

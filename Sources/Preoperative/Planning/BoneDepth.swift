import Frames

/// How deep within its bone a place lies: the seam through which uncertainty sees a vertebra, whatever measures it.
public protocol BoneDepth: Sendable {
    /// mm to the bone's surface, negative outside; near 1 in slope.
    func depth(_ p: Point<CT>) -> Double
}

extension VertebraShape: BoneDepth {}

extension VertebraAnatomy {
    /// Depths by the planner's own distance field.
    public var boneDepth: any BoneDepth { shape }
}

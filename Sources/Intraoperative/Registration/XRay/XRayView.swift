import Frames

/// The room in which an X-ray system is calibrated.
public enum XRayRoom: Frame { public static let name = "xray" }

/// A calibrated projection: 3 × 4, from room coordinates in mm to pixels (homogeneous), pixel centres at whole numbers.
public struct ProjectionMatrix: Equatable, Sendable {
    /// The left three columns, and the last.
    public let linear: Matrix3
    public let offset: Vector3
    /// Where the rays come from.
    public let source: Point<XRayRoom>
    /// From pixels (u, v, 1) to directions of rays away from the source, mm.
    let toRay: Matrix3

    /// Beyond any focal length in pixels, and any room in mm times that.
    static let largest = 1e9

    /// - Parameter rows: 12 numbers, row by row.
    /// - Throws: `RegistrationError.impossibleView` for what is no projection of a room onto a plane.
    public init(_ rows: [Double]) throws(RegistrationError) {
        guard rows.count == 12, rows.allSatisfy(\.isFinite) else {
            throw .impossibleView(.notTwelveNumbers(rows.count))
        }
        let scale = length(Vector3(rows[8], rows[9], rows[10]))
        guard scale > 1e-12 else { throw .impossibleView(.singular) }
        let m = rows.map { $0 / scale }
        guard m.allSatisfy({ abs($0) < Self.largest }) else { throw .impossibleView(.singular) }
        let linear = Matrix3(
            rows: Vector3(m[0], m[1], m[2]), Vector3(m[4], m[5], m[6]), Vector3(m[8], m[9], m[10]))
        // pixels per unit of angle: a thousandth of one is no X-ray system
        guard abs(linear.determinant) > 1e-3, let inverse = linear.inverse else { throw .impossibleView(.singular) }
        self.linear = linear
        offset = Vector3(m[3], m[7], m[11])
        source = Point(-(inverse * offset))
        toRay = inverse
        guard source.isFinite else { throw .impossibleView(.singular) }
    }

    /// Pixel coordinates; `nil` in the source's own plane.
    public func pixel(_ p: Point<XRayRoom>) -> SIMD2<Double>? {
        let h = linear * p.coordinates + offset
        guard abs(h.z) > 1e-9 else { return nil }
        return SIMD2(h.x / h.z, h.y / h.z)
    }

    public var rows: [Double] {
        let (a, b, c) = (linear.transposed.columns.0, linear.transposed.columns.1, linear.transposed.columns.2)
        return [a.x, a.y, a.z, offset.x, b.x, b.y, b.z, offset.y, c.x, c.y, c.z, offset.z]
    }
}

/// Why a view cannot be used.
public enum ViewProblem: Error, Equatable, Sendable {
    case notTwelveNumbers(Int)
    case singular
    /// The image's size, and how many are needed at least a side.
    case tooSmall(width: Int, height: Int)
    case flat
    /// The bone does not fall onto the image from the first guess.
    case boneOutside
    /// The angle between the views, rad, at the bone: too near 0 or π to tell depth.
    case viewsTooAlike(angle: Double)
    case notOneSlice(Int)
    /// A DICOM image of another machine, as a slice of a CT.
    case notAProjection(modality: String)
    /// A file of several frames, without a word which.
    case frameUnclear(frames: Int)
    /// Beads in a plane, in one place, or as near to the source as that.
    case beadsTellNothing
}

/// An X-ray image with its projection: brighter where more was absorbed (attenuation, not what the detector counts).
public struct XRayView: Sendable {
    public let projection: ProjectionMatrix
    public let width: Int, height: Int
    /// Row by row.
    public let pixels: [Float]

    /// - Throws: `RegistrationError.impossibleView`.
    public init(
        projection: ProjectionMatrix, width: Int, height: Int, pixels: [Float]
    ) throws(RegistrationError) {
        guard width >= 64, height >= 64, pixels.count == width * height else {
            throw .impossibleView(.tooSmall(width: width, height: height))
        }
        guard let first = pixels.first, pixels.allSatisfy(\.isFinite), pixels.contains(where: { $0 != first }) else {
            throw .impossibleView(.flat)
        }
        (self.projection, self.width, self.height, self.pixels) = (projection, width, height, pixels)
    }
}

/// A C-arm: how far its source is from the detector and from the point about which it turns, and its detector.
public struct CArm: Equatable, Sendable {
    /// mm.
    public var sourceToDetector = 1020.0, sourceToCentre = 620.0
    /// Pixels a side, and their distance, mm.
    public var pixels = 600
    public var pixelSize = 0.5

    public init() {}

    /// The projection with the source at an angle about the room's z axis from −y (behind is +y, as in a CT of a patient on
    /// the back: 0 looks from the front, 90° from the patient's left), tilted towards the head, both rad.
    public func projection(angle: Double, tilt: Double = 0, about centre: Point<XRayRoom>) throws(RegistrationError)
        -> ProjectionMatrix
    {
        let turn = Rotation<XRayRoom, XRayRoom>(rotationVector: Vector3(0, 0, angle)).matrix
        let nod = Rotation<XRayRoom, XRayRoom>(rotationVector: Vector3(tilt, 0, 0)).matrix
        let axes = turn * nod
        // away from the source; to the image's right and down
        let (forward, right, down) = (axes * Vector3(0, 1, 0), axes * Vector3(1, 0, 0), axes * Vector3(0, 0, -1))
        let source = centre.coordinates - forward * sourceToCentre
        let (focal, middle) = (sourceToDetector / pixelSize, Double(pixels - 1) / 2)
        let rows = [right * focal + forward * middle, down * focal + forward * middle, forward]
        return try ProjectionMatrix(rows.flatMap { [$0.x, $0.y, $0.z, -dot($0, source)] })
    }
}

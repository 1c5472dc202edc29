import Frames
import Imaging

/// A phantom as a person writes it: sizes and angles, no geometry yet. Lengths in mm, angles in degrees, grey values in
/// HU, as in the YAML file (`Phantoms/phantom.schema.json`); `Phantom` turns it into solids.
public struct PhantomDefinition: Equatable, Sendable {
    public var name: String
    public var scanner: Scanner
    public var fieldOfView: FieldOfView
    public var bone: Bone
    public var tissue: Tissue
    public var placement: Placement
    /// From head to tail, neighbours; the last one stands on the sacrum where there is one.
    public var levels: [Level]
    public var sacrum: Sacrum?
    public var torso: Torso
    public var implants: Implants?
    public var head: Head?
    public var fiducials: Fiducials

    /// What the scanner does to the image.
    public struct Scanner: Equatable, Sendable {
        /// Full width at half maximum of the point spread in the slice, and of the slice's profile beyond its spacing.
        public var inPlaneBlur, sliceBlur: Double
        /// Standard deviation of the noise, and the width (standard deviation) of its correlation in the slice.
        public var noise, noiseCorrelation: Double
        /// The largest value that the scanner stores.
        public var maximumHU: Double
    }

    /// The default grid.
    public struct FieldOfView: Equatable, Sendable {
        public var size, spacing, centre: Vector3
    }

    public struct Bone: Equatable, Sendable {
        public var corticalThickness: Double
        /// Lowest and highest value of a smooth random texture.
        public var corticalHU, cancellousHU: ClosedRange<Double>
        /// The size of the texture's grains.
        public var textureSize: Double
        /// Soft tissue between the bone of neighbouring solids: facet, sacroiliac and costovertebral joints.
        public var jointGap: Double
        /// Over how many mm parts of one bone flow into each other.
        public var fillet: Double
    }

    /// Grey values, HU.
    public struct Tissue: Equatable, Sendable {
        public var muscle, fat, skin, organ, bowel, gas, blood, disc, thecalSac, fiducial: Double
        public var lung, cartilage: Double
    }

    /// Where the spine lies: the centre of the reference level's body, and how that body is turned.
    public struct Placement: Equatable, Sendable {
        public var referenceLevel: AnatomicalLabel
        public var position: Vector3
        /// Positive leans the upper endplate to the front, to the patient's left, and turns the front to the left.
        public var sagittalTilt, lateralTilt, axialRotation: Double
    }

    /// One vertebra, and the disc below it.
    public struct Level: Equatable, Sendable {
        public var label: AnatomicalLabel
        public var body: Body
        public var canal: Canal
        public var pedicle: Pedicle
        public var processes: Processes
        public var discBelow: Disc
        /// The pair of ribs of a thoracic vertebra.
        public var rib: Rib?
    }

    /// A rib, from its head to where its bone ends.
    public struct Rib: Equatable, Sendable {
        /// Along its middle line.
        public var length: Double
        /// Of the oval on which this pair of ribs lies, seen from above.
        public var cageWidth, cageDepth: Double
        /// How much lower than its tubercle a whole rib of this level ends.
        public var drop: Double
    }

    public struct Body: Equatable, Sendable {
        public var upperWidth, upperDepth, lowerWidth, lowerDepth: Double
        public var anteriorHeight, posteriorHeight: Double
        public var endplateConcavity, waistDepth: Double

        /// At the body's centre, between the endplates' rims.
        public var height: Double { (anteriorHeight + posteriorHeight) / 2 }
        public var meanDepth: Double { (upperDepth + lowerDepth) / 2 }
        public var meanWidth: Double { (upperWidth + lowerWidth) / 2 }
    }

    public struct Canal: Equatable, Sendable {
        /// Between the pedicles, and from the body's back to the lamina.
        public var width, depth: Double
    }

    public struct Pedicle: Equatable, Sendable {
        /// At the isthmus, perpendicular to the axis.
        public var width, height: Double
        /// Towards the midline, going forwards, in the vertebra's transverse plane.
        public var convergence: Double
        /// Towards the head, going forwards.
        public var cranialTilt: Double
        /// The left one is wider, the right one narrower, by this fraction.
        public var asymmetry: Double
    }

    public struct Processes: Equatable, Sendable {
        public var transverseSpan, transverseHeight: Double
        /// From the canal's back to the tip.
        public var spinousLength, spinousHeight, spinousThickness: Double
        public var laminaHeight, laminaThickness: Double
        public var articularRadius: Double
        /// From the upper endplate up to the tip of the superior articular process, and from the lower down to the
        /// tip of
        /// the inferior one.
        public var superiorArticularReach, inferiorArticularReach: Double
        /// How steeply the spinous process points down; `nil` for nearly level.
        public var spinousDrop: Double?
        /// From the body's back wall backwards to the tip of the transverse process.
        public var transverseBack: Double
    }

    /// Angles of the endplates to each other: positive in lordosis, towards the left, and for a turn to the left.
    public struct Disc: Equatable, Sendable {
        public var height, lordosis, lateralBend, axialRotation: Double
    }

    public struct Sacrum: Equatable, Sendable {
        public var upperWidth, upperDepth, bodyHeight: Double
        public var canalWidth, canalDepth: Double
        public var alarSpan: Double
        /// The angle between S1 and S2, and S2 and S3.
        public var kyphosis: Double
        public var pedicle: Pedicle
        public var articularRadius, superiorArticularReach: Double
    }

    public struct Torso: Equatable, Sendable {
        public var width, depth: Double
        /// The torso's axis, in CT coordinates.
        public var centreX, centreY: Double
        public var skinThickness, fatThickness, wallThickness: Double
        /// Least soft tissue behind the spinous processes.
        public var backCover: Double
        public var interior: Interior
        /// Another outline above some height: shoulders above a chest, a neck above shoulders.
        public var upper: Upper?

        public enum Interior: String, CaseIterable, Sendable { case abdomen, chest, neck }

        public struct Upper: Equatable, Sendable {
            public var width, depth, centreY: Double
            /// CT coordinates: below the lower one the outline is the torso's, above the higher one this.
            public var fromZ, toZ: Double
        }
    }

    /// Spheres that lie on the skin of the back.
    public struct Fiducials: Equatable, Sendable {
        public var diameter: Double
        public var places: [Place]

        public struct Place: Equatable, Sendable {
            public var name: String
            /// CT coordinates; the sphere lies where a line along +Y leaves the skin.
            public var x, z: Double
        }
    }
}

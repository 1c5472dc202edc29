import Frames
import Imaging

extension PhantomDefinition {
    /// Standard deviations between people: lengths as a fraction of the mean, angles in degrees.
    ///
    /// Pedicle widths vary more than bodies do (Zindrick 1987: 16–26 % at the loin; Panjabi 1992: 5–10 % for
    /// bodies). What
    /// is varied here is kept within two of these, and pedicles' spread is halved, so that most still take a screw.
    enum Spread {
        static let stature = 0.04
        static let body = 0.03
        static let pedicleWidth = 0.10
        static let pedicleHeight = 0.07
        static let process = 0.06
        static let disc = 0.08
        static let pedicleAngle = 2.5
        static let discAngle = 1.2
        static let tilt = 2.5
        static let skullThickness = 0.10
        static let ventricle = 0.12
        /// mm
        static let lesion = 4.0
    }

    /// Another person: sizes, angles and curve drawn about this definition. The same seed gives the same person.
    ///
    /// Where a draw does not fit together, a smaller one is made, down to this definition itself.
    public func varied(seed: UInt64) -> PhantomDefinition {
        var generator = SeededGenerator(seed: seed).stream(0x5048)
        for scale in [1.0, 1, 1, 0.75, 0.5, 0.25] {
            var draw = Draw(generator: generator, scale: scale)
            let candidate = drawn(&draw)
            generator = draw.generator
            if (try? Phantom(candidate)) != nil { return candidate }
        }
        return self
    }

    /// Normal numbers cut off at two standard deviations.
    struct Draw {
        var generator: SeededGenerator
        let scale: Double

        mutating func factor(_ deviation: Double) -> Double { 1 + angle(deviation) }

        mutating func angle(_ deviation: Double) -> Double {
            min(max(generator.normal(), -2), 2) * deviation * scale
        }
    }

    private func drawn(_ draw: inout Draw) -> PhantomDefinition {
        var d = self
        let size = draw.factor(Spread.stature)
        d.placement.sagittalTilt += draw.angle(Spread.tilt)
        d.placement.lateralTilt += draw.angle(Spread.tilt)
        d.placement.axialRotation += draw.angle(Spread.tilt)
        for i in d.levels.indices { d.levels[i].vary(&draw, size) }
        if var sacrum = d.sacrum {
            sacrum.upperWidth *= size * draw.factor(Spread.body)
            sacrum.upperDepth *= size * draw.factor(Spread.body)
            sacrum.bodyHeight *= size * draw.factor(Spread.body)
            sacrum.kyphosis += draw.angle(Spread.discAngle)
            d.sacrum = sacrum
        }
        if let head = d.head { d.head = head.varied(&draw, size) }
        d.bone.corticalThickness *= draw.factor(Spread.body)
        return d
    }
}

extension PhantomDefinition.Head {
    /// Another head on the same neck: size, thickness, ventricles, vessels, and where the lesion sits.
    fileprivate func varied(_ draw: inout PhantomDefinition.Draw, _ size: Double) -> Self {
        typealias Spread = PhantomDefinition.Spread
        var head = self
        head.length *= size * draw.factor(Spread.body)
        head.breadth *= size * draw.factor(Spread.body)
        head.vaultHeight *= size * draw.factor(Spread.body)
        head.thickness *= draw.factor(Spread.skullThickness)
        head.ventricleScale *= draw.factor(Spread.ventricle)
        head.vesselSeed = draw.generator.next() % 1_000_000
        if var lesion = head.lesion {
            lesion.centre += Vector3(draw.angle(1), draw.angle(1), draw.angle(1)) * Spread.lesion
            lesion.diameter *= draw.factor(Spread.process)
            head.lesion = lesion
        }
        return head
    }
}

extension PhantomDefinition.Level {
    fileprivate mutating func vary(_ draw: inout PhantomDefinition.Draw, _ size: Double) {
        typealias Spread = PhantomDefinition.Spread
        let (width, depth, height) = (
            size * draw.factor(Spread.body), size * draw.factor(Spread.body), size * draw.factor(Spread.body)
        )
        body.upperWidth *= width
        body.lowerWidth *= width
        body.upperDepth *= depth
        body.lowerDepth *= depth
        body.anteriorHeight *= height * draw.factor(Spread.body / 3)
        body.posteriorHeight *= height
        canal.width *= size * draw.factor(Spread.body)
        canal.depth *= size * draw.factor(Spread.body)
        pedicle.width *= size * draw.factor(Spread.pedicleWidth)
        pedicle.height *= size * draw.factor(Spread.pedicleHeight)
        pedicle.convergence += draw.angle(Spread.pedicleAngle)
        pedicle.cranialTilt += draw.angle(Spread.pedicleAngle)
        pedicle.asymmetry = draw.angle(0.03)
        processes.transverseSpan *= size * draw.factor(Spread.process)
        processes.spinousLength *= size * draw.factor(Spread.process)
        processes.spinousHeight *= size * draw.factor(Spread.process)
        discBelow.height *= size * draw.factor(Spread.disc)
        discBelow.lordosis += draw.angle(Spread.discAngle)
        discBelow.lateralBend += draw.angle(Spread.discAngle)
        discBelow.axialRotation += draw.angle(Spread.discAngle)
    }
}

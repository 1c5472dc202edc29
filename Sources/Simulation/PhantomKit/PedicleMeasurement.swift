import Frames
import Imaging

extension Phantom {
    /// Measures the section of a pedicle every half millimetre along its axis and keeps the narrowest.
    ///
    /// A section is measured by four rays from the axis to the surface: across, in the vertebra's transverse plane, and
    /// along its height. The fillets that join pedicle, body and arch move the isthmus a little from where it was
    /// placed.
    func measure(
        _ level: AnatomicalLabel, _ side: Side, pose: Pose<CT, Vertebra>, isthmus: Point<Vertebra>,
        axis: Direction<Vertebra>, bone: Int
    ) -> PedicleAxis {
        let start = (pose * isthmus).coordinates
        let direction = pose * axis
        let up = (pose * Direction<Vertebra>.z).vector
        let across = normalized(cross(direction.vector, up)) ?? perpendicular(to: direction.vector)
        let along = cross(across, direction.vector)
        var best: (width: Double, height: Double, centre: Vector3)?
        for step in -16...16 {
            let p = start + direction.vector * (Double(step) / 2)
            let (left, right) = (reach(bone, p, across), reach(bone, p, -across))
            let (top, bottom) = (reach(bone, p, along), reach(bone, p, -along))
            let width = left + right
            guard width < best?.width ?? .infinity else { continue }
            best = (width, top + bottom, p + across * ((left - right) / 2) + along * ((top - bottom) / 2))
        }
        let found = best ?? (0, 0, start)
        return PedicleAxis(
            level: level, side: side, isthmus: Point(found.centre), direction: direction, width: found.width,
            height: found.height,
            entry: Point(found.centre - direction.vector * reach(bone, found.centre, -direction.vector)),
            exit: Point(found.centre + direction.vector * reach(bone, found.centre, direction.vector)))
    }

    /// The way from `p`, inside, to the bone's surface along `direction`, mm.
    private func reach(_ bone: Int, _ p: Vector3, _ direction: Vector3) -> Double {
        var (inside, outside) = (0.0, 0.0)
        while skeleton.distance(of: bone, p + direction * outside) < 0, outside < 100 {
            (inside, outside) = (outside, outside + 0.5)
        }
        for _ in 0..<30 where outside > inside {
            let middle = (inside + outside) / 2
            if skeleton.distance(of: bone, p + direction * middle) < 0 { inside = middle } else { outside = middle }
        }
        return outside
    }
}

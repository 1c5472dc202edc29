import Foundation
import Frames
import Imaging
import Settings

/// One operation in simulation, as `SimScenes/NAME.yaml` describes it. Angles are in radians here, in degrees in the file.
public struct SceneDefinition: Equatable, Sendable {
    public struct Breathing: Equatable, Sendable {
        public let amplitude: Double
        public let frequency: Double
        public let tilt: Double
    }

    public struct TrackerNoise: Equatable, Sendable {
        public let rate: Double
        public let latency: Double
        public let positionNoise: Double
        public let angleNoise: Double
    }

    public struct Room: Equatable, Sendable {
        /// Where the middle of the planned entries lies in the arm's base, mm.
        public let targetInBase: Point<Base>
        /// The patient's axes in the arm's base: left, back and head, as CT coordinates have them.
        public let R_BaseCT: Rotation<Base, CT>
        public let X_BaseTracker: Pose<Base, Tracker>
        public let breathing: Breathing
        /// The markers on the bone, from the middle of the planned entries, in the patient's axes.
        public let referenceOffset: Displacement<CT>
        public let R_CTReference: Rotation<CT, Reference>
    }

    public struct Limits: Equatable, Sendable {
        public let tipError: Double
        public let angleError: Double
        /// The tip's way from a fault's detection to standstill, mm.
        public let overshoot: Double
    }

    public let name: String
    public let phantomPath: String
    public let spacing: Vector3
    /// Vertebrae to plan, from head to tail.
    public let levels: [AnatomicalLabel]
    public let cataloguePath: String
    public let armPath: String
    public let room: Room
    public let tracker: TrackerNoise
    /// How often each fiducial is touched with the probe; registration takes the mean.
    public let touches: Int
    /// How long each guide is held on its axis, s.
    public let hold: Double
    /// A screw that is not held by then has failed, s.
    public let secondsPerScrew: Double
    /// From the guide's tip to the entry point, mm.
    public let standoff: Double
    public let limits: Limits
    /// What is made to go wrong, in the order of its time.
    public let faults: [PlannedFault]
}

extension SceneDefinition {
    /// Reads and checks a scene; paths in it are relative to its folder.
    ///
    /// - Throws: `SceneError.settings`.
    public static func load(_ path: String) throws(SceneError) -> SceneDefinition {
        do {
            var map = try SettingsFile.read(path)
            return try SceneDefinition(&map, folder: URL(fileURLWithPath: path).deletingLastPathComponent())
        } catch {
            throw .settings(error)
        }
    }

    private init(_ map: inout SettingsMap, folder: URL) throws(SettingsError) {
        func beside(_ path: String) -> String {
            URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL.path
        }
        _ = try map.word("schema", of: ["stylet.scene/1"])
        name = try map.text("name")
        phantomPath = beside(try map.text("phantom"))
        armPath = beside(try map.text("arm"))
        var ct = try map.map("ct")
        let s = try ct.numbers("spacing_mm", count: 3, in: 0.2...6)
        spacing = Vector3(s[0], s[1], s[2])
        try ct.finish()
        var plan = try map.map("plan")
        let named = try plan.text("levels")
        guard let chosen = LevelRange(named) else {
            throw .notAllowed(
                file: map.file, key: "plan.levels", value: named, allowed: ["vertebrae such as L1-L5 or L3,L4"])
        }
        levels = chosen.labels
        cataloguePath = beside(try plan.text("catalogue"))
        try plan.finish()
        var roomMap = try map.map("room")
        room = try Room(&roomMap)
        var trackerMap = try map.map("tracker")
        tracker = try TrackerNoise(&trackerMap)
        if map.has("registration") {
            var registration = try map.map("registration")
            touches = try registration.integer("touches", in: 1...100)
            try registration.finish()
        } else {
            touches = 1
        }
        var operation = try map.map("operation")
        hold = try operation.number("hold_s", in: 0.1...60)
        secondsPerScrew = try operation.number("seconds_a_screw", in: 1...600)
        standoff = try operation.number("standoff_mm", in: 1...100)
        try operation.finish()
        var limitMap = try map.map("limits")
        limits = Limits(
            tipError: try limitMap.number("tip_error_mm", in: 0.01...100),
            angleError: radians(degrees: try limitMap.number("angle_error_deg", in: 0.01...90)),
            overshoot: try limitMap.number("overshoot_mm", in: 0.01...100, default: 5))
        try limitMap.finish()
        var planned: [PlannedFault] = []
        if map.has("faults") {
            for entry in try map.maps("faults") { planned.append(try PlannedFault(entry)) }
        }
        faults = planned.sorted { $0.time.lowerBound < $1.time.lowerBound }
        try map.finish()
    }
}

extension SceneDefinition.Room {
    init(_ map: inout SettingsMap) throws(SettingsError) {
        let place = try map.numbers("target_in_base_mm", count: 3, in: -2000...2000)
        targetInBase = Point(place[0], place[1], place[2])
        let back = try map.numbers("back_in_base", count: 3, in: -1...1)
        let head = try map.numbers("head_in_base", count: 3, in: -1...1)
        guard let up = Direction<Base>(Vector3(head[0], head[1], head[2])),
            let axes = Rotation<Base, CT>(z: up, nearY: Vector3(back[0], back[1], back[2]))
        else {
            throw .notAllowed(
                file: map.file, key: map.path + "head_in_base", value: "parallel to the back, or zero",
                allowed: ["another direction than back_in_base"])
        }
        R_BaseCT = axes
        var tracker = try map.map("tracker_in_base")
        let p = try tracker.numbers("position_mm", count: 3, in: -5000...5000)
        let r = try tracker.numbers("rotation_vector_deg", count: 3, in: -360...360)
        try tracker.finish()
        X_BaseTracker = Pose(
            rotation: Rotation(rotationVector: Vector3(r[0], r[1], r[2]) * (.pi / 180)),
            translation: Vector3(p[0], p[1], p[2]))
        var breath = try map.map("breathing")
        breathing = SceneDefinition.Breathing(
            amplitude: try breath.number("amplitude_mm", in: 0...30),
            frequency: try breath.number("frequency_hz", in: 0.05...1),
            tilt: radians(degrees: try breath.number("tilt_deg", in: -5...5, default: 0)))
        try breath.finish()
        var reference = try map.map("reference")
        let offset = try reference.numbers("offset_mm", count: 3, in: -500...500)
        let turn = try reference.numbers("rotation_vector_deg", count: 3, in: -360...360)
        try reference.finish()
        referenceOffset = Displacement(offset[0], offset[1], offset[2])
        R_CTReference = Rotation(rotationVector: Vector3(turn[0], turn[1], turn[2]) * (.pi / 180))
        try map.finish()
    }
}

extension SceneDefinition.TrackerNoise {
    init(_ map: inout SettingsMap) throws(SettingsError) {
        rate = try map.number("rate_hz", in: 1...2000)
        latency = try map.number("latency_ms", in: 0...500) / 1000
        positionNoise = try map.number("noise_rms_mm", in: 0...10)
        angleNoise = radians(degrees: try map.number("angle_noise_rms_deg", in: 0...10))
        try map.finish()
    }
}

import Settings

extension ScheduledFault {
    /// Reads a file of faults: `schema: stylet.faults/1` and a list `faults`, each with `kind`, `at_s`, `duration_s`
    /// (without it: to the end) and what its kind needs:
    ///
    /// - `drop`, `damage`, `duplicate`: `direction` (`to-arm`, `to-host`), `probability` (1 without it)
    /// - `delay`: `direction`, `delay_ms`
    /// - `freeze-encoder`: `joint`, counted from 1; `shift-encoder`: `joint`, `shift_rad` or `shift_mm`
    /// - `weaken-drive`: `joint`, `strength` (0…1); `emergency-stop`, `restart`: nothing
    ///
    /// - Throws: `SettingsError`, with file and key.
    public static func load(_ path: String) throws(SettingsError) -> [ScheduledFault] {
        var document = try SettingsFile.read(path)
        _ = try document.word("schema", of: ["stylet.faults/1"])
        let faults = try read(try document.maps("faults"))
        try document.finish()
        return faults
    }

    /// Reads the entries of such a list, wherever it stands.
    public static func read(_ entries: [SettingsMap]) throws(SettingsError) -> [ScheduledFault] {
        var faults: [ScheduledFault] = []
        for entry in entries {
            var map = entry
            faults.append(try ScheduledFault(&map))
            try map.finish()
        }
        return faults
    }

    private static let kinds = [
        "drop", "damage", "duplicate", "delay", "freeze-encoder", "shift-encoder", "weaken-drive", "emergency-stop",
        "restart",
    ]

    private init(_ map: inout SettingsMap) throws(SettingsError) {
        let kind = try map.word("kind", of: Self.kinds)
        at = try map.number("at_s", in: 0...1e6)
        duration = map.has("duration_s") ? try map.number("duration_s", in: 1e-6...1e6) : .infinity
        switch kind {
        case "drop": fault = .drop(try Self.direction(&map), probability: try Self.probability(&map))
        case "damage": fault = .damage(try Self.direction(&map), probability: try Self.probability(&map))
        case "duplicate": fault = .duplicate(try Self.direction(&map), probability: try Self.probability(&map))
        case "delay":
            fault = .delay(try Self.direction(&map), seconds: try map.number("delay_ms", in: 0...10_000) / 1000)
        case "freeze-encoder": fault = .freezeEncoder(joint: try Self.joint(&map))
        case "shift-encoder": fault = .shiftEncoder(joint: try Self.joint(&map), by: try Self.shift(&map))
        case "weaken-drive":
            fault = .weakenDrive(joint: try Self.joint(&map), to: try map.number("strength", in: 0...1))
        case "emergency-stop": fault = .emergencyStop
        default: fault = .restart
        }
    }

    private static func direction(_ map: inout SettingsMap) throws(SettingsError) -> LineDirection {
        let word = try map.word("direction", of: LineDirection.allCases.map(\.rawValue))
        return LineDirection(rawValue: word) ?? .toArm
    }

    private static func probability(_ map: inout SettingsMap) throws(SettingsError) -> Double {
        try map.number("probability", in: 0...1, default: 1)
    }

    /// Joints are counted from 1 in files, as in the columns `q1_rad`, ….
    private static func joint(_ map: inout SettingsMap) throws(SettingsError) -> Int {
        try map.integer("joint", in: 1...8) - 1
    }

    /// The key's unit must be that of the joint; which one that is, the arm knows.
    private static func shift(_ map: inout SettingsMap) throws(SettingsError) -> Double {
        map.has("shift_mm")
            ? try map.number("shift_mm", in: -1000...1000) : try map.number("shift_rad", in: -10...10)
    }
}

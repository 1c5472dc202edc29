import Settings

/// The pedicle screws that a plan may choose from. `Catalogues/pedicle-screws.yaml` is one; its README gives the format.
public struct ScrewCatalogue: Equatable, Sendable {
    public static let schema = "stylet.pedicle-screws/1"

    /// Screws of one diameter.
    public struct Screw: Equatable, Sendable {
        public let name: String
        /// Outer diameter of the thread, mm.
        public let diameter: Double
        /// From under the head to the tip, mm, rising.
        public let lengths: [Double]
    }

    public let name: String
    /// By rising diameter.
    public let screws: [Screw]

    /// The sizes of `Catalogues/pedicle-screws.yaml`, for where no file is given.
    public static let standard = ScrewCatalogue(
        name: "generic pedicle screws",
        screws: stride(from: 4.5, through: 8.5, by: 0.5).map { diameter in
            let lengths = stride(from: 25.0, through: diameter < 5.5 ? 45 : 60, by: 5).filter {
                diameter < 7.5 || $0 >= 30
            }
            return Screw(name: "pedicle screw \(diameter)", diameter: diameter, lengths: lengths)
        })

    /// Usual sizes of screws for the pedicles of the neck, for lateral masses (and the pars of C2), and for S2 to the
    /// ilium; of no maker in particular.
    public static let neck = ScrewCatalogue(
        name: "generic neck pedicle screws",
        screws: [3.5, 4.0, 4.5].map {
            Screw(name: "neck pedicle screw \($0)", diameter: $0, lengths: Array(stride(from: 20, through: 32, by: 2)))
        })
    public static let lateralMass = ScrewCatalogue(
        name: "generic lateral mass screws",
        screws: [3.5, 4.0].map {
            Screw(name: "lateral mass screw \($0)", diameter: $0, lengths: Array(stride(from: 10, through: 20, by: 2)))
        })
    public static let iliac = ScrewCatalogue(
        name: "generic alar-iliac screws",
        screws: [7.5, 8.5, 9.5].map {
            Screw(name: "alar-iliac screw \($0)", diameter: $0, lengths: Array(stride(from: 60, through: 100, by: 5)))
        })

    public var thinnest: Double { screws[0].diameter }

    /// - Throws: `PlanningError.settings`, `.notACatalogue`.
    public init(path: String) throws(PlanningError) {
        do throws(SettingsError) {
            try self.init(SettingsFile.read(path))
        } catch {
            throw .settings(error)
        }
        try check()
    }

    /// - Throws: `PlanningError.settings`, `.notACatalogue`.
    public init(yaml: String) throws(PlanningError) {
        do throws(SettingsError) {
            try self.init(SettingsFile.parse(yaml, file: "catalogue"))
        } catch {
            throw .settings(error)
        }
        try check()
    }

    private init(_ root: SettingsMap) throws(SettingsError) {
        var root = root
        _ = try root.word("schema", of: [Self.schema])
        name = try root.text("name")
        var screws: [Screw] = []
        for var entry in try root.maps("screws") {
            screws.append(
                Screw(
                    name: try entry.text("name"), diameter: try entry.number("diameter_mm", in: 3...10),
                    lengths: try entry.numbers("lengths_mm", in: 8...120)))
            try entry.finish()
        }
        try root.finish()
        self.screws = screws
    }

    private func check() throws(PlanningError) {
        guard !screws.isEmpty else { throw .notACatalogue(key: "screws", .empty) }
        for (i, screw) in screws.enumerated() {
            guard !screw.lengths.isEmpty else { throw .notACatalogue(key: "screws[\(i)].lengths_mm", .empty) }
            guard zip(screw.lengths, screw.lengths.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .notACatalogue(key: "screws[\(i)].lengths_mm", .notRising)
            }
            guard i == 0 || screws[i - 1].diameter < screw.diameter else {
                throw .notACatalogue(key: "screws[\(i)].diameter_mm", .notRising)
            }
            guard !screws[..<i].contains(where: { $0.name == screw.name }) else {
                throw .notACatalogue(key: "screws[\(i)].name", .repeatedName(screw.name))
            }
        }
    }

    init(name: String, screws: [Screw]) {
        self.name = name
        self.screws = screws
    }
}

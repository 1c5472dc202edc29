import ArgumentParser
import Foundation
import Frames
import Imaging
import Navigation
import Planning
import Registration
import TerminalKit
import Trackers

struct NavigateCommand: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "navigate", abstract: "The terminal screen of the operating room: the tool against the plan.",
        discussion: """
            The tool's tip and axis in three planes and along the planned axis, with distance, depth and angle, each with two standard
            deviations. The registration maps ct to tracker, or with --reference NAME ct to the reference that is fixed to the patient.
            A pose that is not live any more is not shown: a word in large letters says why. A tracker that is lost is connected
            anew. The bell rings when the tool is lost or a limit breaks. l begins a touch of a landmark: the first is learned,
            later ones must find it again; two references must stay as they were to one another. With --record what came is
            written at the end; --tracker record:FILE plays it back.

            Example:
              stylet navigate plan.json ct --tracker /dev/ttyUSB0 --tool pointer.rom --registration t.json --tip-mm 0,0,-160.2
            """)

    @Argument(help: "The plan.") var plan: String
    @OptionGroup var input: ImageOptions
    @OptionGroup var source: TrackerOptions
    @Option(help: "A rigid transform from ct to tracker, or to reference.") var registration: String
    @Option(help: "The body that is fixed to the patient, by its name.") var reference: String?
    @Option(help: "A second body that is fixed to the patient: where the two come apart, the reference slipped.")
    var secondReference: String?
    @Option(help: "The body that is followed, by its name; else the first that comes.") var follow: String?
    @Option(help: "The planned item; else the first.") var item: String?
    @OptionGroup var tool: NavigatedToolOptions
    @Option(help: "The keys whose approvals count; a plan that none of them approved is refused.") var trustedKeys:
        String?
    @Option(help: "Beyond this distance from the planned axis it is out.") var distanceLimitMm = 1.0
    @Option(help: "Beyond this angle to the planned axis it is out.") var angleLimitDeg = 2.0
    @Option(help: "A sample older than this is stale.") var staleMs = 150.0
    @Option(
        help: "How old a sample is about when it is drawn: the tool is shown where it then is; 0 shows where it was.")
    var predictMs = 30.0
    @Option(help: "Watch the patient's breathing: how far the reference may be from where it rests.")
    var breathingLimitMm: Double?
    @Option(help: "A file for the record, CSV.") var record: String?
    @Option(help: "Pictures: blocks (any terminal), kitty, sixel, or auto.") var graphics = GraphicsChoice.auto
    @Option(help: "Stop by itself after so many seconds.") var seconds: Double?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard distanceLimitMm > 0, angleLimitDeg > 0 else { throw ValidationError("Limits must be positive.") }
        guard (20...1000).contains(staleMs) else { throw ValidationError("--stale-ms must lie between 20 and 1000.") }
        guard (0...200).contains(predictMs) else { throw ValidationError("--predict-ms must lie between 0 and 200.") }
        guard breathingLimitMm.map({ $0 > 0 && $0 <= 50 && reference != nil }) ?? true else {
            throw ValidationError("--breathing-limit-mm needs --reference, and must lie between 0 and 50.")
        }
        guard secondReference == nil || reference != nil else {
            throw ValidationError("--second-reference needs --reference.")
        }
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive.") }
    }

    func execute(_ console: Console) throws -> Answer {
        if let record { try Output.mustBePossible(record) }
        let file = try PlanFile.read(plan)
        let settings = try settings(file)
        let image = try input.readForPlanning(console)
        try file.checkImage(image.ct)
        guard var model = NavigationModel(items: file.items, settings: settings) else {
            throw Failure(code: "nothing-planned", message: "\(plan) holds no item that is an axis.")
        }
        if let item {
            guard let index = model.items.firstIndex(where: { $0.id == item }) else {
                throw Failure(
                    code: "no-such-item",
                    message:
                        "\(plan) has no item '\(item)'; there are: \(model.items.map(\.id).joined(separator: ", ")).")
            }
            model.select(index)
        }
        let feed = try console.step("connect", "connecting to \(source.tracker)") { _ in
            try source.open(reconnects: true)
        }
        return try navigate(model, image.ct, feed, console)
    }

    private func navigate(
        _ model: NavigationModel, _ ct: Volume<Int16>, _ feed: any TrackerFeed & Sendable, _ console: Console
    ) throws -> Answer {
        var kept = TrackRecord()
        let outcome = Result {
            try console.step("navigate", "navigating") { _ in
                try NavigationTerminal.run(model, ct, feed, graphics: graphics, seconds: seconds) { bodies in
                    for body in bodies { _ = kept.add(body) }
                }
            }
        }
        // also where the terminal was lost: what came is kept
        let files = try record.map { try kept.write(to: $0) } ?? []
        let report = try outcome.get()
        if let failure = report.failure { console.warn(failure) }
        let milliseconds = { (share: Double) -> JSONValue in
            report.latency(share).map { .number(($0 * 1e5).rounded() / 100) } ?? .null
        }
        return Answer(fields: [
            "pictures": .int(report.pictures), "real_pictures": .int(report.realPictures),
            "pictures_per_s_hz": .number(Double(report.pictures) / report.seconds),
            "sample_to_screen_median_ms": milliseconds(0.5), "sample_to_screen_p99_ms": milliseconds(0.99),
            "sample_to_screen_max_ms": milliseconds(1), "losses": .int(report.losses),
            "tools": .array(kept.tracks.map(\.json)),
            "files": .strings(files),
        ])
    }

    private func settings(_ file: PlanFile) throws -> NavigationSettings {
        var settings = NavigationSettings(
            place: try reference.map { .onReference(name: $0, try RigidTransformFile.read(registration)) }
                ?? .inTracker(try RigidTransformFile.read(registration)))
        (settings.tool, settings.secondReference) = (follow, secondReference)
        settings.geometry = try tool.geometry()
        settings.registrationError = tool.registrationErrorMm ?? RegistrationAnswer.largestTRE(registration)
        (settings.distanceLimit, settings.angleLimit) = (distanceLimitMm, angleLimitDeg * .pi / 180)
        settings.staleAfter = staleMs / 1000
        settings.predictedDelay = predictMs > 0 ? predictMs / 1000 : nil
        settings.breathingLimit = breathingLimitMm
        if tool.tipMm == nil { settings.reminders.append("tip not calibrated") }
        if tool.tipErrorMm == nil { settings.reminders.append("error of the tip unknown") }
        if settings.registrationError == nil { settings.reminders.append("TRE unknown") }
        if reference == nil { settings.reminders.append("no reference: must lie still") }
        if let trustedKeys {
            _ = try file.approvedDigest(trusted: try TrustedKeys(path: trustedKeys))
        } else {
            settings.reminders.append(file.approvals.isEmpty ? "plan not approved" : "approval not checked")
        }
        return settings
    }
}

/// What is known of the navigated tool.
struct NavigatedToolOptions: ParsableArguments {
    @Option(help: "The tip on the tool's marker, x,y,z, as 'calibrate pivot' gives it.") var tipMm: Triple?
    @Option(help: "The tool's axis on its marker, x,y,z, out of the tip.") var tipAxis: Triple?
    @Option(help: "Error of the tip, RMS in three dimensions, as 'calibrate pivot' gives it.") var tipErrorMm: Double?
    @Option(help: "Error of the registration at the target, RMS in three dimensions; else the file's tre_mm.")
    var registrationErrorMm: Double?

    func validate() throws {
        for error in [tipErrorMm, registrationErrorMm].compactMap({ $0 }) where !(0...100).contains(error) {
            throw ValidationError("Errors must lie between 0 and 100 mm.")
        }
        if let tipAxis, Direction<Marker>(tipAxis.vector) == nil { throw ValidationError("--tip-axis has no length.") }
    }

    func geometry() throws -> ToolGeometry {
        var geometry = ToolGeometry(tipError: tipErrorMm)
        if let tipMm { geometry.tip = Point(tipMm.vector) }
        if let tipAxis, let axis = Direction<Marker>(tipAxis.vector) { geometry.axis = axis }
        return geometry
    }
}

/// `x,y,z` on the command line.
struct Triple: ExpressibleByArgument {
    let vector: Vector3

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0.isFinite && abs($0) <= 1e4 }) else { return nil }
        vector = Vector3(numbers[0], numbers[1], numbers[2])
    }
}

/// The answer of 'register points', where that is what the file holds.
enum RegistrationAnswer {
    static func largestTRE(_ path: String) -> Double? {
        struct Part: Decodable { let tre_mm: [Double] }
        guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 20 else { return nil }
        let errors = (try? JSONDecoder().decode(Part.self, from: data))?.tre_mm ?? []
        return errors.max().flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}

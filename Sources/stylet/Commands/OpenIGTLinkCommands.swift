import ArgumentParser
import Foundation
import Frames
import Imaging
import Meshing
import OpenIGTLink
import Planning
import Registration
import Trackers

struct OpenIGTLinkGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "igtl", abstract: "Talk to other programs by OpenIGTLink.", subcommands: [OpenIGTLinkServe.self])
}

struct OpenIGTLinkServe: StyletCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Give an image, meshes, a plan and live poses to 3D Slicer.",
        discussion: """
            Its first line on standard output is {"address":…,"port":…}; it runs until it is interrupted. Whoever connects gets the image
            (IMAGE), the meshes (POLYDATA) and the plan's axes (TRAJ), in RAS, and then each tool's poses (TRANSFORM) as the tracker tells
            them; a tool that is hidden or seen again is told as STATUS 4 or 1. With --registration, from ct to tracker, the
            poses are those of the tools in the image, in RAS; with --reference NAME the registration is from ct to reference, the
            tool of that name, and follows it. OpenIGTLink knows no secrets: --bind opens it to a network only where all of it
            may see the patient.

            Example:
              stylet igtl serve --volume ct --mesh meshes/L3.stl --plan plan.json --tracker /dev/ttyUSB0 --tool pointer.rom
            """)

    @Option(help: "The port to listen at; 0 takes one that is free.") var port = 18944
    @Option(help: "The address to listen at.") var bind = OpenIGTLinkServer.loopback
    @Option(help: "An image to send.") var volume: String?
    @Option(help: "A mesh to send; several times for several.") var mesh: [String] = []
    @Option(help: "A plan whose axes to send.") var plan: String?
    @Option(help: "The tracker: its serial port, or igtl://host:port/DEVICE.") var tracker: TrackerAddress?
    @OptionGroup var tools: ToolOptions
    @Option(help: "A rigid transform from ct to tracker, or to reference.") var registration: String?
    @Option(help: "The tool that is fixed to the patient.") var reference: String?
    @Option(help: "Stop by itself after so many seconds.") var seconds: Double?
    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must lie between 0 and 65535.") }
        guard seconds.map({ $0 > 0 }) ?? true else { throw ValidationError("--seconds must be positive.") }
        guard reference == nil || registration != nil else {
            throw ValidationError("--reference needs --registration.")
        }
        guard registration == nil || tracker != nil else { throw ValidationError("--registration needs --tracker.") }
    }

    func execute(_ console: Console) throws -> Answer {
        Signals.listen()
        let greeting = try console.step("load", "reading") { _ in try self.greeting(console) }
        let relay = try registration.map { try PoseRelay(registration: $0, reference: reference) } ?? PoseRelay()
        let feed = try tracker.map { try tools.open($0, reconnects: true) }
        let server = try OpenIGTLinkServer(address: bind, port: port, greeting: greeting)
        defer { server.stop() }
        var fields: [String: JSONValue] = ["address": .string(bind), "port": .int(server.port)]
        if answer.json { fields["timings_ms"] = console.timingsJSON }
        console.answer(fields)
        try serve(feed, relay, server, console)
        return Answer(fields: [:])
    }

    private func serve(
        _ feed: (any TrackerFeed & Sendable)?, _ relay: PoseRelay, _ server: OpenIGTLinkServer, _ console: Console
    ) throws {
        var (feed, relay, losses) = (feed, relay, LossRemarks())
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        while !Signals.isAsked, deadline.map({ ContinuousClock.now < $0 }) ?? true {
            if feed == nil { usleep(20_000) }
            let bodies = try feed?.next(within: 0.05) ?? []
            losses.tell(feed?.lost, console)
            let news = feed?.lost == nil ? relay.messages(for: bodies) : relay.messagesOfLoss()
            for message in news { server.send(message) }
        }
    }

    private func greeting(_ console: Console) throws -> [OutgoingMessage] {
        var messages: [OutgoingMessage] = []
        let now = Date().timeIntervalSince1970
        if let volume {
            let image = try ImageReader.read(volume, keepsExact: false)
            try image.mustServePlanning(volume, console)
            messages.append(try .image(image.ct, device: "CT", time: now))
        }
        for path in mesh {
            let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
            messages.append(try .mesh(try MeshFile.read(path), device: name, time: now))
        }
        if let plan {
            let axes = try PlanFile.read(plan).items.map {
                PlannedAxis(name: $0.id, entry: $0.entry, target: $0.target, radius: $0.diameter / 2)
            }
            messages.append(.trajectories(axes, device: "Plan", time: now))
        }
        return messages
    }
}

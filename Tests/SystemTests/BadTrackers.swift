import Foundation

/// Trackers that are none, tools that are none, and programs that are not there.
enum BadTrackers {
    static let rows: [BadInput] = [
        BadInput(
            what: "a tracker's port that does not exist",
            arguments: ["track", "--tracker", "/dev/ttyNONE", "--tool", "tool-1.rom"], code: "port-not-found",
            words: ["no port /dev/ttyNONE"]),
        BadInput(
            what: "a device in place of a tracker's port",
            arguments: ["track", "--tracker", "/dev/null", "--tool", "tool-1.rom"], code: "not-a-port",
            words: ["/dev/null", "no serial port"]),
        BadInput(
            what: "a file that is no tool definition",
            arguments: ["track", "--tracker", "/dev/null", "--tool", "points.csv"], code: "bad-tool",
            words: ["points.csv", "no tool definition"]),
        BadInput(
            what: "a tool definition that was changed",
            arguments: ["track", "--tracker", "/dev/null", "--tool", "changed.rom"], code: "bad-tool",
            words: ["changed.rom", "its sum is", "copy it anew"]),
        BadInput(
            what: "a port at which no program listens", arguments: ["track", "--tracker", "igtl://127.0.0.1:1/Probe"],
            code: "unreachable", words: ["127.0.0.1:1", "start the program"]),
        BadInput(
            what: "a machine that there is not",
            arguments: ["track", "--tracker", "igtl://no-such-host.invalid/Probe"],
            code: "unknown-host", words: ["no-such-host.invalid"]),
        BadInput(
            what: "an address that is not this machine's",
            arguments: ["igtl", "serve", "--bind", "192.0.2.1", "--port", "0"], code: "cannot-listen",
            words: ["192.0.2.1", "--bind"]),
        BadInput(
            what: "a record whose times run backwards",
            arguments: ["track", "--tracker", "record:backwards-track.csv"], code: "bad-table",
            words: ["backwards-track.csv:3", "does not rise"]),
        BadInput(
            what: "a registration between other frames",
            arguments: [
                "navigate", "plan.json", "ct", "--tracker", "record:track.csv", "--registration", "ct-to-base.json",
            ], code: "wrong-frames", words: ["ct-to-base.json", "tracker"]),
        BadInput(
            what: "a tracker's address that cannot be",
            arguments: ["track", "--tracker", "igtl://host:99999/x"], status: 64, code: nil, words: ["--tracker"]),
    ]

    static let columns = "t_s,x_mm,y_mm,z_mm,qw,qx,qy,qz,quality,missing\n"
    static let track = columns + "0,0,0,0,1,0,0,0,0.1,0\n"
    static let backwards = columns + "1,0,0,0,1,0,0,0,0.1,0\n0.5,0,0,0,1,0,0,0,0.1,0\n"

    /// A sound definition, and the same with one byte changed; records.
    static func make(in folder: ScratchFolder) throws {
        try folder.mustRun("sim", "tracker", "--tools-out", ".", "--seconds", "0.1")
        var bytes = [UInt8](try Data(contentsOf: folder.url.appendingPathComponent("tool-1.rom")))
        bytes[100] ^= 4
        try Data(bytes).write(to: folder.url.appendingPathComponent("changed.rom"))
        try folder.write(track, to: "track.csv")
        try folder.write(backwards, to: "backwards-track.csv")
    }
}

import ArgumentParser
import CaseStore
import Foundation
import Planning

/// Which case store a command works on.
struct StoreOptions: ParsableArguments {
    @Option(help: "The store's folder; default: the environment's STYLET_STORE, else stylet/cases in your data folder.")
    var store: String?

    @Option(name: .customLong("wait-s"), help: "How long to wait for another command that changes the store, s.")
    var wait = CaseArchive.usualPatience

    /// `--store`, `STYLET_STORE`, or the data folder of the XDG Base Directory Specification.
    var path: String {
        let environment = ProcessInfo.processInfo.environment
        if let store { return store }
        if let named = environment["STYLET_STORE"], !named.isEmpty { return named }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/stylet/cases" }
        return FileManager.default.homeDirectoryForCurrentUser.path + "/.local/share/stylet/cases"
    }

    func open(creating: Bool = false) throws -> CaseArchive {
        try CaseArchive.open(path, creating: creating, patience: wait)
    }

    func validate() throws {
        guard (0...86400).contains(wait) else { throw ValidationError("--wait-s must be from 0 to 86400.") }
    }
}

/// Who changes a store.
struct OccasionOptions: ParsableArguments {
    @Option(
        name: .customLong("as"), help: "Your name for the audit trail; default: the name that you are logged in under.")
    var name: String?

    var occasion: CaseOccasion { CaseOccasion(who: name ?? NSUserName(), time: Date()) }
}

extension CaseOccasion {
    static var now: CaseOccasion { CaseOccasion(who: NSUserName(), time: Date()) }
}

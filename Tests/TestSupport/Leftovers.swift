import Foundation
import Synchronization

/// Programs and folders that outlive their owners, as values of static properties do: ended and removed at exit.
enum Leftovers {
    private struct State {
        var programs: Set<pid_t> = []
        var folders: Set<String> = []
        var isRegistered = false
    }

    private static let state = Mutex(State())

    static func add(program: pid_t) { change { $0.programs.insert(program) } }
    static func add(folder: URL) { change { $0.folders.insert(folder.path) } }
    static func remove(program: pid_t) { state.withLock { _ = $0.programs.remove(program) } }

    private static func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            if !state.isRegistered { atexit { Leftovers.clear() } }
            state.isRegistered = true
            body(&state)
        }
    }

    private static func clear() {
        let (programs, folders) = state.withLock { ($0.programs, $0.folders) }
        for program in programs { kill(program, SIGKILL) }
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}

import ArgumentParser
import Foundation

/// Not for people: runs another program for `stylet`, and ends it with everything that it started when `stylet` is gone,
/// however that came about. Its standard input is a pipe that only `stylet` holds open.
struct GuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "guard-command", shouldDisplay: false)

    /// The statuses that shells use for a program that cannot be run, or is not there.
    static let notRunnable: Int32 = 126
    static let notFound: Int32 = 127

    @Option(help: "A folder to remove when the caller has gone.") var scratch: String
    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.") var words: [String]

    func run() throws {
        // Only the pipe decides: Ctrl-C reaches the caller, whose end closes it.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        let words = words.first == "--" ? Array(words.dropFirst()) : words
        guard let program = words.first else { throw ExitCode(Self.notFound) }
        let child = try Self.start(program, words)
        Self.watchCaller(child, scratch)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        kill(-child, SIGKILL)
        if Self.callerHasGone { try? FileManager.default.removeItem(atPath: scratch) }
        let signal = status & 0x7F
        throw ExitCode(signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
    }

    /// Starts the program in a process group of its own, with nothing to read.
    private static func start(_ program: String, _ words: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        posix_spawnattr_setpgroup(&attributes, 0)
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        var arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        let problem = posix_spawnp(&child, program, &actions, &attributes, &arguments, environ)
        guard problem == 0 else { throw ExitCode(problem == ENOENT ? notFound : notRunnable) }
        return child
    }

    /// Whether the other end of the pipe is closed.
    private static var callerHasGone: Bool {
        var end = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&end, 1, 0) > 0
    }

    /// Ends the whole group, politely first, when the caller's end of the pipe closes.
    private static func watchCaller(_ child: pid_t, _ scratch: String) {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            kill(-child, SIGTERM)
            usleep(1_500_000)
            kill(-child, SIGKILL)
            try? FileManager.default.removeItem(atPath: scratch)
            _exit(1)
        }
    }
}

import Foundation
import Frames
import Imaging
import Navigation
import OpenIGTLink
import Synchronization
import TerminalKit
import Trackers

/// The screen at the terminal, and the tracker on a thread of its own beside it.
enum NavigationTerminal {
    static func run(
        _ model: NavigationModel, _ ct: Volume<Int16>, _ feed: any TrackerFeed & Sendable,
        graphics: GraphicsChoice, seconds: Double?,
        onSamples: @escaping ([TrackedBody]) -> Void
    ) throws -> NavigationReport {
        // Standard output may be taken for the answer: the person is at the terminal all the same.
        let device =
            isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? nil : open("/dev/tty", O_RDWR | O_CLOEXEC)
        defer { if let device, device >= 0 { close(device) } }
        let terminal = try Terminal(input: device ?? STDIN_FILENO, output: device ?? STDOUT_FILENO)
        defer { terminal.close() }
        let mailbox = SampleMailbox()
        let follower = Follower()
        follower.start(feed, mailbox)
        defer { follower.stop() }
        let loop = NavigationLoop(
            terminal: terminal, model: model, screen: NavigationScreen(ct: ct), mailbox: mailbox,
            depth: TerminalCapabilities.depth(ProcessInfo.processInfo.environment),
            graphics: try graphics.choice(terminal))
        loop.onSamples = onSamples
        return try loop.run(seconds: seconds)
    }

    /// The tracker's thread.
    private final class Follower: Sendable {
        private let isOver = Atomic<Bool>(false)
        private let ended = DispatchSemaphore(value: 0)

        func start(_ feed: any TrackerFeed & Sendable, _ mailbox: SampleMailbox) {
            Thread.detachNewThread { [self] in
                var feed = feed
                do {
                    while !isOver.load(ordering: .acquiring) {
                        let bodies = try feed.next(within: 0.1)
                        mailbox.put(
                            bodies, lost: feed.lost, sentence: Self.sentence(feed.lost),
                            isSilence: Self.isSilence(feed.lost))
                    }
                } catch { mailbox.fail(Sentences.failure(for: error).message) }
                ended.signal()
            }
        }

        /// A tracker that is being connected anew may take seconds: nobody waits for it to quit.
        func stop() {
            isOver.store(true, ordering: .releasing)
            _ = ended.wait(timeout: .now() + 1)
        }

        /// A program that sends nothing while no tool is seen is no tracker that somebody may have moved.
        private static func isSilence(_ lost: LostTracker?) -> Bool {
            [lost?.reason, lost?.hindrance].compactMap { $0 }.allSatisfy {
                if case .silent = $0 as? OpenIGTLinkError { true } else { false }
            }
        }

        private static func sentence(_ lost: LostTracker?) -> String? {
            guard let lost else { return nil }
            let why = Sentences.failure(for: lost.reason).message
            return why + (lost.attempts > 0 ? " Tried \(lost.attempts) times to connect anew." : "")
        }
    }
}

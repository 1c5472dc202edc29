import CRealtime
import Synchronization

/// How the one real-time thread is to be set up.
public struct RealtimeSettings: Equatable, Sendable {
    /// ns between two ticks.
    public var period: Int64 = 1_000_000
    /// SCHED_FIFO priority, 1…99; the kernel's interrupt threads have 50.
    public var priority: Int32 = 80
    /// The one processor to run on; `nil` leaves it to the system.
    public var processor: Int32?
    public var locksMemory = true
    /// Bytes of stack touched beforehand.
    public var stack = 512 * 1024
    public var overrunPolicy = OverrunPolicy.stop(after: 3)

    public init() {}
}

/// Whether the system gave what real time needs; `refused` holds its errno.
public enum Grant: Equatable, Sendable {
    case granted
    case refused(Int32)
    case notAsked

    init(_ status: Int32) { self = status == 0 ? .granted : .refused(status) }
}

/// What the system granted the loop's thread: to be told to the person before the arm moves.
public struct RealtimeReport: Equatable, Sendable {
    /// SCHED_FIFO: other programs cannot delay the loop.
    public var scheduling = Grant.notAsked
    /// Locked memory: no tick waits for a page.
    public var memory = Grant.notAsked
    public var processor = Grant.notAsked

    public init() {}

    public var isRealtime: Bool { scheduling == .granted && memory == .granted }
}

public enum ControlRuntimeError: Error, Equatable, Sendable {
    /// The system gave no thread; its errno.
    case noThread(Int32)
}

/// What is left when a loop has ended.
public struct LoopResult<Body: LoopBody>: Sendable {
    public let body: Body
    public let end: LoopEnd
    public let statistics: LoopStatistics
    public let report: RealtimeReport
}

/// The one real-time thread: calls a body once a period until it is stopped, and measures itself.
///
/// ```swift
/// let loop = try RealtimeLoop(MyBody(), settings: RealtimeSettings())
/// if !loop.report.isRealtime { … }                  // say so
/// … loop.summary …                                  // any thread, any time
/// loop.requestStop()
/// let result = loop.join()
/// ```
public final class RealtimeLoop<Body: LoopBody>: Sendable {
    private let shared: SharedLoopState<Body>
    private let thread: ThreadHandle

    /// Starts the thread; returns when it is set up and about to make its first tick.
    ///
    /// - Throws: `ControlRuntimeError.noThread`.
    public init(_ body: Body, settings: RealtimeSettings = RealtimeSettings()) throws(ControlRuntimeError) {
        let shared = SharedLoopState(body, settings)
        let context = Unmanaged.passRetained(shared as AnyLoopState)
        var handle: OpaquePointer?
        let stack = max(settings.stack, 0) + 1 << 20
        let status = realtime_thread_start(
            &handle, stack,
            { context in context.map { Unmanaged<AnyLoopState>.fromOpaque($0).takeRetainedValue().run() } },
            context.toOpaque())
        guard status == 0, let handle else {
            context.release()
            throw .noThread(status)
        }
        self.shared = shared
        thread = ThreadHandle(handle)
        while !shared.isSetUp.load(ordering: .acquiring) {
            _ = realtime_sleep_until_ns(realtime_monotonic_ns() + 100_000)
        }
    }

    /// What the system granted.
    public var report: RealtimeReport { shared.report.value }
    /// The numbers after the newest tick.
    public var summary: LoopSummary { shared.summary.value }
    public var hasEnded: Bool { shared.hasEnded.load(ordering: .acquiring) }

    /// The loop ends before its next tick.
    public func requestStop() { shared.shouldStop.store(true, ordering: .releasing) }

    /// Waits for the loop's end; call it once a loop. `nil` only where it was called before.
    public func join() -> LoopResult<Body>? {
        guard thread.join() else { return nil }
        return shared.result
    }

    deinit {
        requestStop()
        _ = thread.join()
    }
}

/// Joins a thread once, whoever asks first.
private final class ThreadHandle: Sendable {
    private let handle: Mutex<UInt?>

    init(_ pointer: OpaquePointer) { handle = Mutex(UInt(bitPattern: pointer)) }

    func join() -> Bool {
        let bits = handle.withLock { value in
            defer { value = nil }
            return value
        }
        guard let bits, let pointer = OpaquePointer(bitPattern: bits) else { return false }
        return realtime_thread_join(pointer) == 0
    }
}

/// What a C function pointer can call: it knows no generic type.
private class AnyLoopState {
    func run() {}
}

private final class SharedLoopState<Body: LoopBody>: AnyLoopState, @unchecked Sendable {
    // Unchecked: `runner` and `result` belong to the loop's thread until it was joined, and to the joiner after.
    var runner: LoopRunner<Body, SteadyClock>
    var result: LoopResult<Body>?
    let settings: RealtimeSettings
    let shouldStop = Atomic<Bool>(false)
    let isSetUp = Atomic<Bool>(false)
    let hasEnded = Atomic<Bool>(false)
    let report = Published(RealtimeReport())
    let summary: Published<LoopSummary>

    init(_ body: Body, _ settings: RealtimeSettings) {
        self.settings = settings
        runner = LoopRunner(body, clock: SteadyClock(), period: settings.period, overrunPolicy: settings.overrunPolicy)
        summary = Published(runner.statistics.summary)
    }

    override func run() {
        let granted = setUp()
        report.publish(granted)
        isSetUp.store(true, ordering: .releasing)
        let end = runner.run(
            shouldStop: { shouldStop.load(ordering: .acquiring) }, afterTick: { summary.publish($0) })
        result = LoopResult(body: runner.body, end: end, statistics: runner.statistics, report: granted)
        if granted.memory == .granted { realtime_unlock_memory() }
        hasEnded.store(true, ordering: .releasing)
    }

    private func setUp() -> RealtimeReport {
        var report = RealtimeReport()
        if settings.locksMemory { report.memory = Grant(realtime_lock_memory()) }
        realtime_prefault_stack(max(settings.stack, 0))
        report.scheduling = Grant(realtime_use_fifo(settings.priority))
        if let processor = settings.processor { report.processor = Grant(realtime_pin_to_processor(processor)) }
        return report
    }
}

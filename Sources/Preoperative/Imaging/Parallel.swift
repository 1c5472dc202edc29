import Dispatch

/// Called with the fraction done, 0…1, from any thread; cheap to call often.
public typealias ProgressReport = @Sendable (_ fraction: Double) -> Void

/// Runs `body` once for each of `0..<count`, on all cores. `body` must touch only what its own index owns.
public func parallelFor(_ count: Int, _ body: @Sendable (Int) -> Void) {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
}

/// What `body` gives for each of `0..<count`, in order, worked out on all cores.
public func parallelMap<T: Sendable>(
    _ count: Int, progress: ProgressReport? = nil, _ body: @Sendable (Int) -> T
) -> [T] {
    let done = ProgressCounter(total: count, report: progress)
    var answers = [T?](repeating: nil, count: count)
    answers.withUnsafeMutableBufferPointer { out in
        let shared = SharedBuffer(out)
        parallelFor(count) { i in
            shared[i] = body(i)
            done.advance()
        }
    }
    return answers.compactMap(\.self)
}

/// A pointer that crosses into `parallelFor`: safe where each index writes only its own part.
public struct SharedBuffer<Element>: @unchecked Sendable {
    public let pointer: UnsafeMutableBufferPointer<Element>

    public init(_ pointer: UnsafeMutableBufferPointer<Element>) { self.pointer = pointer }

    @inlinable public subscript(i: Int) -> Element {
        get { pointer[i] }
        nonmutating set { pointer[i] = newValue }
    }
}

/// Memory that several threads read at once: nobody writes it meanwhile.
public struct SharedReadBuffer<Element>: @unchecked Sendable {
    public let pointer: UnsafeBufferPointer<Element>

    public init(_ pointer: UnsafeBufferPointer<Element>) { self.pointer = pointer }

    @inlinable public subscript(i: Int) -> Element { pointer[i] }
}

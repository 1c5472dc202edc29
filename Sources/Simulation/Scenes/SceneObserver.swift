import Imaging

/// Who watches a scene: it is told of each stage, and may show progress and take the time.
public protocol SceneObserver {
    /// Runs one named stage. `title` is for people.
    func stage<R, Failure: Error>(
        _ name: String, _ title: String, _ body: (_ progress: @escaping ProgressReport) throws(Failure) -> R
    ) throws(Failure) -> R
}

/// Watches nothing: for tests.
public struct SilentObserver: SceneObserver {
    public init() {}
    public func stage<R, Failure: Error>(
        _ name: String, _ title: String, _ body: (_ progress: @escaping ProgressReport) throws(Failure) -> R
    ) throws(Failure) -> R {
        try body { _ in }
    }
}

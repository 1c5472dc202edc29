/// What goes wrong with OpenIGTLink: on the network, or in what comes over it.
public enum OpenIGTLinkError: Error, Equatable, Sendable {
    case unknownHost(host: String)
    /// The system refuses the connection; its errno.
    case unreachable(host: String, port: Int, errno: Int32)
    /// The other side did not take the connection in time.
    case noAnswer(host: String, port: Int, seconds: Double)
    /// Nobody may listen there: the port is taken, or not one's own; its errno.
    case cannotListen(address: String, port: Int, errno: Int32)
    /// The other side has gone.
    case lost
    /// Nothing came over the connection for so long.
    case silent(seconds: Double)
    /// What came is no message: nothing after it can be understood either; how it begins.
    case garbled(start: String)
    /// An image or a mesh larger than a message of this program may be.
    case tooLarge(bytes: Int, limit: Int)

    /// Whether it may help to connect anew.
    public var isPassing: Bool {
        switch self {
        case .tooLarge, .cannotListen: false
        default: true
        }
    }
}

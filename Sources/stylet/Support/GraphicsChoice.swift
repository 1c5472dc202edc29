import ArgumentParser
import TerminalKit

/// How pictures are shown.
enum GraphicsChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, blocks, kitty, sixel

    func choice(_ terminal: Terminal) throws -> TerminalGraphics? {
        switch self {
        case .blocks: nil
        case .kitty: .kitty
        case .sixel: .sixel
        case .auto: try TerminalCapabilities.graphics(terminal)
        }
    }
}

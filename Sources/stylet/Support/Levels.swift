import ArgumentParser
import Imaging

extension LevelRange: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

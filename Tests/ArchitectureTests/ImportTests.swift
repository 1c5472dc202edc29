import Foundation
import TestSupport
import Testing

/// Holds every import of every source file to the arrows of Package.swift's picture.
@Suite struct ImportTests {
    /// Target → what it may import of ours; the closure of these is allowed, but a shim only by the one that names it.
    static let arrows: [String: [String]] = [
        "Frames": [], "Files": [], "Settings": ["Files"], "SmallMatrix": [], "LinearAlgebra": ["CEigen", "COpenBLAS"],
        "Uncertainty": ["Frames", "LinearAlgebra"],
        "Imaging": ["Frames", "Files", "CDICOM", "CZlib"], "Segmentation": ["Imaging"], "Meshing": ["Imaging"],
        "Planning": ["Segmentation", "Meshing", "LinearAlgebra", "Uncertainty", "Settings"],
        "RobotModel": ["Frames"], "Motion": [], "TremorFilter": [],
        "ControlCore": ["Frames", "SmallMatrix", "RobotModel", "Motion", "TremorFilter"],
        "RobotDescription": ["RobotModel", "ControlCore", "Settings", "CLibXML2"],
        "ControlRuntime": ["ControlCore", "CRealtime"], "ArmProtocol": ["ControlCore"],
        "SerialPorts": ["CSerialPort"], "SerialLink": ["ArmProtocol", "SerialPorts"],
        "Registration": ["Frames", "LinearAlgebra", "Uncertainty", "Meshing", "Imaging"],
        "Calibration": ["Frames", "LinearAlgebra", "Uncertainty", "RobotModel"],
        "Trackers": ["Frames", "Files", "SerialPorts"],
        "PhantomKit": ["Imaging", "Meshing", "Settings"],
        "SimulatedArm": ["ArmProtocol", "SerialPorts", "RobotModel", "RobotDescription"],
        "SimulatedRoom": ["Trackers", "SerialPorts", "Planning"],
        "Scenes": [
            "PhantomKit", "SimulatedArm", "SimulatedRoom", "Planning", "Registration", "ControlRuntime", "SerialLink",
            "RobotDescription", "Settings",
        ],
        "TerminalKit": [], "SliceDrawing": ["Imaging", "TerminalKit"],
        "PlanEditor": ["Planning", "SliceDrawing", "TerminalKit"],
        "Navigation": ["Planning", "Trackers", "SliceDrawing", "TerminalKit"],
        "Report": ["Planning", "Scenes", "CPNG", "CCairo"], "CaseStore": ["Planning"],
        "OpenIGTLink": ["Trackers", "Meshing", "COpenIGTLink"],
        "stylet": [
            "PlanEditor", "TerminalKit", "Report", "Scenes", "Planning", "Registration", "Calibration", "SerialLink",
            "RobotDescription", "CaseStore", "OpenIGTLink", "Navigation",
        ],
    ]
    static let realTimeCore: Set<String> = [
        "Frames", "SmallMatrix", "RobotModel", "Motion", "TremorFilter", "ControlCore",
    ]

    static func closure(of target: String) -> Set<String> {
        var reached: Set<String> = []
        var open = arrows[target] ?? []
        while let next = open.popLast() {
            if reached.insert(next).inserted { open += arrows[next] ?? [] }
        }
        return reached.filter { !isShim($0) }.union((arrows[target] ?? []).filter(isShim))
    }

    static let shims: Set<String> = [
        "CDICOM", "CEigen", "COpenBLAS", "CSerialPort", "CRealtime", "CZlib", "CPNG", "CLibXML2", "CCairo",
        "COpenIGTLink",
    ]

    static func isShim(_ name: String) -> Bool { shims.contains(name) }

    struct Import {
        let target: String
        let file: String
        let module: String
    }

    /// Every `import` in Sources, with the target whose folder holds the file.
    static func imports() throws -> [Import] {
        let sources = repositoryFolder().appendingPathComponent("Sources").resolvingSymlinksInPath()
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: [Import] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let parts = file.path.dropFirst(sources.path.count + 1).split(separator: "/").map(String.init)
            let target = parts[0] == "stylet" ? "stylet" : parts[1]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ").drop { $0.hasPrefix("@") || $0 == "public" || $0 == "internal" }
                guard words.first == "import", let last = words.last else { continue }
                let module = String(last.split(separator: ".")[0])
                found.append(Import(target: target, file: parts.joined(separator: "/"), module: module))
            }
        }
        return found
    }

    @Test func everyTargetIsInTheTable() throws {
        let targets = Set(try Self.imports().map(\.target))
        #expect(targets.count > 10)
        #expect(targets.isSubset(of: Self.arrows.keys))
    }

    @Test func everyImportFollowsAnArrow() throws {
        let ours = Set(Self.arrows.keys)
        for found in try Self.imports() where ours.contains(found.module) || Self.isShim(found.module) {
            let allowed = Self.closure(of: found.target).contains(found.module)
            #expect(allowed, "\(found.file) imports \(found.module), which no arrow from \(found.target) reaches")
        }
    }

    @Test func theRealTimeCoreImportsNothingHeavy() throws {
        let light = Self.realTimeCore.union(["Glibc", "Synchronization"])
        for found in try Self.imports() where Self.realTimeCore.contains(found.target) {
            #expect(light.contains(found.module), "\(found.file) imports \(found.module)")
        }
    }

    @Test func eachShimHasOneImporter() throws {
        let shims = Dictionary(grouping: try Self.imports().filter { Self.isShim($0.module) }, by: \.module)
        #expect(!shims.isEmpty)
        for (shim, uses) in shims {
            #expect(Set(uses.map(\.target)).count == 1, "\(shim) is imported by \(Set(uses.map(\.target)).sorted())")
        }
    }
}

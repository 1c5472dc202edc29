// swift-tools-version: 6.2
import PackageDescription

// The order and the arrows are the design: a target imports only what stands above it (ArchitectureTests hold it so).

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func module(_ name: String, in folder: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Sources/\(folder)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, uses: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: uses, path: "Tests/\(name)", swiftSettings: settings)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// DCMTK's pkg-config flags do not reach the linker, so its libraries are named, dependants first.
let dcmtk = [
    "dcmseg", "dcmfg", "dcmiod", "dcmjpls", "dcmjpeg", "dcmimgle", "dcmdata", "oflog", "ofstd", "dcmtkcharls", "ijg8",
    "ijg12", "ijg16",
]

let shims: [Target] = [
    .target(
        name: "CDICOM", path: "Sources/Shims/CDICOM",
        linkerSettings: (dcmtk + ["openjp2"]).map { .linkedLibrary($0) }),
    .systemLibrary(name: "COpenBLAS", path: "Sources/Shims/COpenBLAS", pkgConfig: "openblas"),
    .target(name: "CEigen", path: "Sources/Shims/CEigen", linkerSettings: [.linkedLibrary("openblas")]),
    .systemLibrary(name: "CSerialPort", path: "Sources/Shims/CSerialPort", pkgConfig: "libserialport"),
    .systemLibrary(name: "CZlib", path: "Sources/Shims/CZlib", pkgConfig: "zlib"),
    .systemLibrary(name: "CPNG", path: "Sources/Shims/CPNG", pkgConfig: "libpng"),
    .systemLibrary(name: "CCairo", path: "Sources/Shims/CCairo", pkgConfig: "cairo"),
    .systemLibrary(name: "CLibXML2", path: "Sources/Shims/CLibXML2", pkgConfig: "libxml-2.0"),
    .target(name: "CRealtime", path: "Sources/Shims/CRealtime"),
    .target(
        name: "COpenIGTLink", path: "Sources/Shims/COpenIGTLink", linkerSettings: [.linkedLibrary("OpenIGTLink")]),
]

let core: [Target] = [
    module("Frames", in: "Core"),
    module("Files", in: "Core"),
    module("Settings", in: "Core", uses: ["Files", yams]),
    module("SmallMatrix", in: "Core"),
    module("LinearAlgebra", in: "Core", uses: ["CEigen", "COpenBLAS"]),
    module("Uncertainty", in: "Core", uses: ["Frames", "LinearAlgebra"]),
]

let preoperative: [Target] = [
    module("Imaging", in: "Preoperative", uses: ["Frames", "Files", "CDICOM", "CZlib"]),
    module("Segmentation", in: "Preoperative", uses: ["Imaging"]),
    module("Meshing", in: "Preoperative", uses: ["Imaging"]),
    module(
        "Planning", in: "Preoperative",
        uses: ["Segmentation", "Meshing", "LinearAlgebra", "Uncertainty", "Settings", crypto]),
]

let intraoperative: [Target] = [
    module("RobotModel", in: "Intraoperative", uses: ["Frames"]),
    module("Motion", in: "Intraoperative"),
    module("TremorFilter", in: "Intraoperative"),
    module(
        "ControlCore", in: "Intraoperative",
        uses: ["Frames", "SmallMatrix", "RobotModel", "Motion", "TremorFilter"]),
    module("RobotDescription", in: "Intraoperative", uses: ["RobotModel", "ControlCore", "Settings", "CLibXML2"]),
    module("ControlRuntime", in: "Intraoperative", uses: ["ControlCore", "CRealtime"]),
    module("ArmProtocol", in: "Intraoperative", uses: ["ControlCore"]),
    module("SerialPorts", in: "Intraoperative", uses: ["CSerialPort"]),
    module("SerialLink", in: "Intraoperative", uses: ["ArmProtocol", "SerialPorts"]),
    module(
        "Registration", in: "Intraoperative", uses: ["Frames", "LinearAlgebra", "Uncertainty", "Meshing", "Imaging"]),
    module("Calibration", in: "Intraoperative", uses: ["Frames", "LinearAlgebra", "Uncertainty", "RobotModel"]),
    module("Trackers", in: "Intraoperative", uses: ["Frames", "Files", "SerialPorts"]),
]

let simulation: [Target] = [
    module("PhantomKit", in: "Simulation", uses: ["Imaging", "Meshing", "Settings"]),
    module("SimulatedArm", in: "Simulation", uses: ["ArmProtocol", "SerialPorts", "RobotModel", "RobotDescription"]),
    module("SimulatedRoom", in: "Simulation", uses: ["Trackers", "SerialPorts", "Planning"]),
    module(
        "Scenes", in: "Simulation",
        uses: [
            "PhantomKit", "SimulatedArm", "SimulatedRoom", "Planning", "Registration", "ControlRuntime",
            "SerialLink", "RobotDescription", "Settings",
        ]),
]

let interfaces: [Target] = [
    module("TerminalKit", in: "Interfaces"),
    module("SliceDrawing", in: "Interfaces", uses: ["Imaging", "TerminalKit"]),
    module("PlanEditor", in: "Interfaces", uses: ["Planning", "SliceDrawing", "TerminalKit"]),
    module("Navigation", in: "Interfaces", uses: ["Planning", "Trackers", "SliceDrawing", "TerminalKit"]),
    module("Report", in: "Interfaces", uses: ["Planning", "Scenes", "CPNG", "CCairo", crypto]),
    module("OpenIGTLink", in: "Interfaces", uses: ["Trackers", "Meshing", "COpenIGTLink"]),
    module("CaseStore", in: "Interfaces", uses: ["Planning", grdb, crypto]),
    .executableTarget(
        name: "stylet",
        dependencies: [
            "PlanEditor", "TerminalKit", "Report", "Scenes", "Planning", "Registration", "Calibration", "SerialLink",
            "RobotDescription", "CaseStore", "OpenIGTLink", "Navigation", arguments, logging,
        ],
        path: "Sources/stylet", swiftSettings: settings),
]

let testTargets: [Target] = [
    .target(name: "TestSupport", dependencies: ["Frames"], path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
        name: "FramesTests", dependencies: ["Frames"], path: "Tests/FramesTests", exclude: ["MustNotCompile"],
        swiftSettings: settings),
    tests("FilesTests", uses: ["Files"]),
    tests("SettingsTests", uses: ["Settings"]),
    tests("SmallMatrixTests", uses: ["SmallMatrix", "TestSupport"]),
    tests("LinearAlgebraTests", uses: ["LinearAlgebra", "TestSupport"]),
    tests("UncertaintyTests", uses: ["Uncertainty", "TestSupport"]),
    tests("ImagingTests", uses: ["Imaging", "TestSupport"]),
    tests("SegmentationTests", uses: ["Segmentation", "PhantomKit", "TestSupport"]),
    tests("MeshingTests", uses: ["Meshing", "PhantomKit", "TestSupport"]),
    tests("PlanningTests", uses: ["Planning", "PhantomKit", "TestSupport"]),
    tests("RobotModelTests", uses: ["RobotModel", "RobotDescription", "TestSupport"]),
    tests("MotionTests", uses: ["Motion", "TestSupport"]),
    tests("TremorFilterTests", uses: ["TremorFilter", "TestSupport"]),
    tests("ControlCoreTests", uses: ["ControlCore", "RobotDescription", "TestSupport"]),
    tests("RobotDescriptionTests", uses: ["RobotDescription", "TestSupport"]),
    tests(
        "ControlRuntimeTests",
        uses: ["ControlRuntime", "RobotDescription", "SimulatedArm", "ArmProtocol", "TestSupport"]),
    tests("ArmProtocolTests", uses: ["ArmProtocol", "TestSupport"]),
    tests("SerialPortsTests", uses: ["SerialPorts", "TestSupport"]),
    tests("SerialLinkTests", uses: ["SerialLink", "SimulatedArm", "TestSupport"]),
    tests("RegistrationTests", uses: ["Registration", "PhantomKit", "TestSupport"]),
    tests("CalibrationTests", uses: ["Calibration"]),
    tests("TrackersTests", uses: ["Trackers", "TestSupport"]),
    tests("PhantomKitTests", uses: ["PhantomKit", "TestSupport"]),
    tests("SimulatedArmTests", uses: ["SimulatedArm", "TestSupport"]),
    tests("SimulatedRoomTests", uses: ["SimulatedRoom", "TestSupport"]),
    tests("ScenesTests", uses: ["Scenes", "TestSupport"]),
    tests("ReportTests", uses: ["Report", "CPNG", "TestSupport"]),
    tests("OpenIGTLinkTests", uses: ["OpenIGTLink", "TestSupport"]),
    tests("CaseStoreTests", uses: ["CaseStore", "TestSupport"]),
    tests("TerminalKitTests", uses: ["TerminalKit"]),
    tests("SliceDrawingTests", uses: ["SliceDrawing", "TestSupport"]),
    tests("NavigationTests", uses: ["Navigation", "TestSupport"]),
    tests("PlanEditorTests", uses: ["PlanEditor", "PhantomKit", "TestSupport"]),
    tests("ArchitectureTests", uses: ["TestSupport"]),
    tests("SystemTests", uses: ["stylet", "TestSupport", grdb]),
]

let package = Package(
    name: "Stylet",
    products: [
        .executable(name: "stylet", targets: ["stylet"]),
        // for Benchmarks/, a package of its own
        .library(name: "Imaging", targets: ["Imaging"]), .library(name: "Meshing", targets: ["Meshing"]),
        .library(name: "Registration", targets: ["Registration"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: shims + core + preoperative + intraoperative + simulation + interfaces + testTargets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17)

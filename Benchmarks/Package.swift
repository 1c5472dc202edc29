// swift-tools-version: 6.2
import PackageDescription

// A package of its own: nobody who builds Stylet builds this.

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "Stylet", path: "..")],
    targets: [
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                .product(name: "Imaging", package: "Stylet"), .product(name: "Meshing", package: "Stylet"),
                .product(name: "Registration", package: "Stylet"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17)

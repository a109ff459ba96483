// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 language mode, and a warning is an error, in C too.
let swiftStrict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let cStrict: [CSetting] = [.treatAllWarnings(as: .error)]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftStrict)
}

func cLibrary(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
  linking libraries: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, cSettings: cStrict,
    linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"],
    swiftSettings: swiftStrict)
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "winnow",
  products: [
    .executable(name: "winnow", targets: ["winnow"]),
    .executable(name: "from-reference", targets: ["from-reference"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // 0: the ground
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .systemLibrary(name: "CEdit", pkgConfig: "libedit"),
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg"),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng"),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle"),
    // libdnnl runs on libgomp's threads, and so do our own loops between its layers.
    cLibrary("CKernels", linking: ["dnnl", "gomp"]),
    cLibrary("CBuiltinData", exclude: ["digits.csv.gz"]),
    library("CommandLanguage"),
    // 1
    library("LinearAlgebra", ["COpenBLAS", "CKernels"]),
    library("WorkspaceStore", [grdb]),
    library("ReferenceScripts", ["CommandLanguage", yams]),
    // 2
    library("Networks", ["LinearAlgebra", "CKernels"]),
    library(
      "Datasets",
      ["LinearAlgebra", "CKernels", "CBuiltinData", "CZlib", "CTurboJPEG", "CPNG", "CNettle"]),
    // 3
    library("ActiveLearning", ["LinearAlgebra", "Networks", "CKernels"]),
    // 4
    library(
      "Notebook",
      [
        "CommandLanguage", "ActiveLearning", "Networks", "Datasets", "LinearAlgebra",
        "WorkspaceStore",
      ]),
    .executableTarget(
      name: "from-reference", dependencies: ["ReferenceScripts", "CommandLanguage"],
      swiftSettings: swiftStrict),
    // 5
    cLibrary("CLineEditor", ["CEdit"]),
    .executableTarget(
      name: "winnow",
      dependencies: [
        "Notebook", "CommandLanguage", "Datasets", "LinearAlgebra", "WorkspaceStore",
        "CLineEditor", argumentParser,
      ],
      swiftSettings: swiftStrict),
    .executableTarget(
      name: "winnow-judge",
      dependencies: [
        "Notebook", "CommandLanguage", "WorkspaceStore", "ActiveLearning", "Networks", "Datasets",
        "LinearAlgebra", argumentParser,
      ],
      swiftSettings: swiftStrict),

    .target(
      name: "TestSupport", dependencies: ["Datasets", "LinearAlgebra"], path: "Tests/TestSupport",
      swiftSettings: swiftStrict),
    tests("LinearAlgebra", ["LinearAlgebra"]),
    tests("CommandLanguage", ["CommandLanguage"]),
    tests("WorkspaceStore", ["WorkspaceStore"]),
    tests("Networks", ["Networks"]),
    tests("Datasets", ["Datasets"]),
    tests("ActiveLearning", ["ActiveLearning"]),
    tests("Notebook", ["Notebook"]),
    tests("ReferenceScripts", ["ReferenceScripts", "CommandLanguage"]),
    tests("Winnow", []),
  ]
)

// swift-tools-version: 6.2
import PackageDescription

/// One row of the house: a Swift target, what it may import, and whether it parses hostile bytes.
struct Room {
  let name: String
  let imports: [Target.Dependency]
  var isParser = false
  var isTested = true
  /// What only its tests import besides.
  var testedWith: [Target.Dependency] = []
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let rooms = [
  Room(name: "Diagnostics", imports: []),
  Room(name: "TextCoding", imports: []),
  Room(name: "RecordFormats", imports: []),
  Room(name: "Pages", imports: ["Diagnostics", "TextCoding"]),
  Room(name: "JSON", imports: ["Diagnostics"], isParser: true),
  Room(name: "Files", imports: ["CLinux", "Diagnostics"]),
  Room(name: "TensorCore", imports: ["CKernels", "Diagnostics", "Files", "TextCoding"]),
  Room(name: "TensorOps", imports: ["CKernels", "TensorCore"]),
  Room(
    name: "Autograd", imports: ["CKernels", "TensorCore", "TensorOps"],
    testedWith: ["Checkpoints", "JSON", "LanguageModels"]),
  Room(name: "Pickle", imports: ["Diagnostics"], isParser: true),
  Room(name: "Archives", imports: ["CKernels", "CZlib", "Diagnostics"], isParser: true),
  Room(
    name: "ByteCodecs",
    imports: ["CBrotli", "CLZMA", "CZPAQ", "CZlib", "CZstd", "Diagnostics"],
    isParser: true),
  Room(
    name: "EntropyCoding", imports: ["CKernels", "Diagnostics", "TensorCore"], isParser: true),
  Room(
    name: "Checkpoints",
    imports: [
      "Archives", "ByteCodecs", "CKernels", "Diagnostics", "EntropyCoding", "Files", "JSON",
      "Pickle", "TensorCore",
    ],
    isParser: true),
  Room(
    name: "LanguageModels", imports: ["Diagnostics", "Files", "JSON", "TensorCore", "TensorOps"],
    isParser: true),
  Room(
    name: "Quantization",
    imports: ["CKernels", "Diagnostics", "EntropyCoding", "JSON", "TensorCore", "TensorOps"]),
  Room(
    name: "Merging",
    imports: ["CKernels", "Diagnostics", "EntropyCoding", "TensorCore", "TensorOps"],
    testedWith: ["JSON"]),
  Room(name: "YAML", imports: ["CYAML", "Diagnostics", "Files", "JSON"]),
  Room(
    name: "Recipes",
    imports: [
      "Autograd", "Checkpoints", "Diagnostics", "EntropyCoding", "Files", "JSON", "LanguageModels",
      "Merging", "Quantization", "TensorCore", "TensorOps", "YAML",
    ]),
  Room(name: "Xet", imports: ["CKernels", "CLZ4", "Diagnostics"], isParser: true),
  Room(
    name: "Signatures",
    imports: ["Diagnostics", "Files", "JSON", "TensorCore", "TextCoding", crypto],
    isParser: true,
    testedWith: [crypto]),
  Room(
    name: "Records",
    imports: ["Checkpoints", "Diagnostics", "Files", "JSON", "RecordFormats", "TensorCore"],
    testedWith: ["YAML"]),
  Room(
    name: "WeightHub",
    imports: [
      "Diagnostics", "Files", "JSON", "TextCoding", crypto,
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOHTTP1", package: "swift-nio"),
    ]),
  Room(
    name: "Publishing",
    imports: ["Checkpoints", "Diagnostics", "Files", "RecordFormats", "Records", "WeightHub"]),
  Room(
    name: "WeightHubServer",
    imports: [
      "Diagnostics", "Files", "JSON", "Pages", "RecordFormats", "TextCoding", "Xet", "YAML", crypto,
      .product(name: "GRDB", package: "GRDB.swift"),
      .product(name: "HTTPTypes", package: "swift-http-types"),
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "Logging", package: "swift-log"),
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ],
    testedWith: ["WeightHub"]),
]

let commandLine: [Target.Dependency] = [
  "ByteCodecs", "CKernels", "Checkpoints", "Diagnostics", "Files", "JSON", "LanguageModels",
  "Merging", "Pages", "Publishing", "Quantization", "Recipes", "RecordFormats", "Records",
  "Signatures",
  "TensorCore", "TensorOps", "TextCoding", "WeightHub", "WeightHubServer", "Xet", "YAML",
  .product(name: "ArgumentParser", package: "swift-argument-parser"),
]

let swiftSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

func systemLibrary(_ name: String, _ pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "Birdie",
  products: [
    .executable(name: "birdie", targets: ["birdie"]),
    .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
  ]
    + rooms.map { .library(name: $0.name, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    systemLibrary("CZlib", "zlib", apt: "zlib1g-dev"),
    systemLibrary("CZstd", "libzstd", apt: "libzstd-dev"),
    systemLibrary("CLZMA", "liblzma", apt: "liblzma-dev"),
    systemLibrary("CBrotli", "libbrotlidec", apt: "libbrotli-dev"),
    systemLibrary("CLZ4", "liblz4", apt: "liblz4-dev"),
    systemLibrary("CYAML", "yaml-0.1", apt: "libyaml-dev"),
    .target(name: "CKernels", cSettings: cSettings, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CLinux", cSettings: cSettings),
    .target(name: "CZPAQ", cSettings: cSettings),
    .executableTarget(name: "birdie", dependencies: commandLine, swiftSettings: swiftSettings),
    .target(
      name: "TestSupport", dependencies: ["Diagnostics", "TensorCore"],
      path: "Tests/TestSupport", swiftSettings: swiftSettings),
    .target(
      name: "FuzzEntries",
      dependencies: [
        "Archives", "ByteCodecs", "Checkpoints", "Diagnostics", "JSON", "LanguageModels", "Merging",
        "Pickle", "Quantization", "Recipes", "Records", "Signatures", "TensorCore", "TensorOps",
        "TestSupport",
        "Xet", "YAML",
      ],
      path: "Tests/Fuzz/Entries", swiftSettings: swiftSettings),
    .testTarget(
      name: "FuzzReplayTests", dependencies: ["FuzzEntries", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["birdie", "Checkpoints", "Diagnostics", "JSON", "TensorCore", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"],
      swiftSettings: swiftSettings),
  ]
    + rooms.map { room in
      .target(
        name: room.name, dependencies: room.imports,
        swiftSettings: swiftSettings + (room.isParser ? [.strictMemorySafety()] : []))
    }
    + rooms.map { room in
      .testTarget(
        name: room.name + "Tests",
        dependencies: [.target(name: room.name), "TestSupport"] + room.imports.filter(\.isOurs)
          + room.testedWith,
        swiftSettings: swiftSettings)
    },
  swiftLanguageModes: [.v6]
)

extension Target.Dependency {
  /// Whether tests may import it too: our own Swift targets, not the C libraries.
  var isOurs: Bool {
    guard case .byNameItem(let name, _) = self else { return false }
    return !name.hasPrefix("C") || name == "Checkpoints"
  }
}

// swift-tools-version: 6.2
import PackageDescription

/// One fuzzer for each parser: its name and the products it needs.
let fuzzers: [(name: String, products: [String])] = [
  ("pickle", ["Pickle"]),
  ("zip", ["Archives"]),
  ("tar", ["Archives"]),
  ("codecs", ["ByteCodecs"]),
  ("safetensors", ["Checkpoints"]),
  ("numpy", ["Checkpoints"]),
  ("json", ["Checkpoints"]),
  ("checkpoint", ["Checkpoints"]),
]

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Birdie", path: "../..")],
  targets: fuzzers.map { fuzzer in
    .executableTarget(
      name: fuzzer.name,
      dependencies: (fuzzer.products + ["Diagnostics"]).map {
        .product(name: $0, package: "Birdie")
      },
      // libFuzzer brings the main function.
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  },
  swiftLanguageModes: [.v6]
)

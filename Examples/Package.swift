// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Examples",
  dependencies: [.package(name: "Birdie", path: "..")],
  targets: [
    .executableTarget(
      name: "largest-tensors",
      dependencies: [
        .product(name: "Checkpoints", package: "Birdie"),
        .product(name: "TensorCore", package: "Birdie"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)

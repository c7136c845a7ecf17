// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Coder",
  dependencies: [.package(name: "Birdie", path: "../../..")],
  targets: [
    .executableTarget(
      name: "coder-speed",
      dependencies: [
        .product(name: "EntropyCoding", package: "Birdie"),
        .product(name: "TensorCore", package: "Birdie"),
      ])
  ],
  swiftLanguageModes: [.v6]
)

import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// A damaged artifact is an error with a name, whatever was damaged.
struct ArtifactDamageTests {
  private let folder: TemporaryFolder
  private let bytes: [UInt8]
  private let digests: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    var options = ConversionOptions()
    options.format = .birdie
    let original = try Checkpoint.open(
      Fixtures.path("golf/accepts/b2-gate-lqer-bshf5-stride-2/artifact"))
    _ = try original.convert(to: folder.path("a.birdie"), options)
    bytes = try folder.bytes("a.birdie")
    digests = try original.tensors.reduce(into: [:]) { $0[$1.name] = try $1.content.sha256() }
  }

  /// Opens an artifact and decodes all of it.
  private func read(_ bytes: [UInt8]) throws -> [String: String] {
    let checkpoint = try Checkpoint.open(folder.write("damaged", bytes))
    return try checkpoint.tensors.reduce(into: [:]) { $0[$1.name] = try $1.content.sha256() }
  }

  @Test func `what is not damaged is what it was`() throws {
    #expect(try read(bytes) == digests)
  }

  @Test func `a file that ends anywhere is refused`() throws {
    for count in stride(from: 0, to: bytes.count, by: max(bytes.count / 97, 1)) {
      #expect(throws: Rejection.self, "\(count) bytes") { try read(Array(bytes[..<count])) }
    }
  }

  @Test func `a flipped bit is noticed wherever it is`() throws {
    var random = Philox(seed: 1)
    for _ in 0..<150 {
      var damaged = bytes
      let index = random.next(below: bytes.count)
      damaged[index] ^= 1 << UInt8(random.next(below: 8))
      #expect(throws: Rejection.self, "byte \(index)") { try read(damaged) }
    }
  }

  @Test func `bytes behind the end are refused`() {
    let error = #expect(throws: Rejection.self) { try read(bytes + [0]) }
    #expect(error?.rule.id == "B01")
  }

  @Test func `a caller may read on past a wrong checksum`() throws {
    var damaged = bytes
    damaged[bytes.count - 8] ^= 1
    let path = try folder.write("damaged", damaged)
    #expect(throws: Rejection.self) { try Checkpoint.open(path) }
    let checkpoint = try Checkpoint.open(path, leniency: ["B04"])
    #expect(checkpoint.warnings.map(\.rule.id) == ["B04"])
  }
}

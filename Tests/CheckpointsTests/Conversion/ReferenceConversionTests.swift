import Checkpoints
import JSON
import TensorCore
import TestSupport
import Testing

/// A whole file that `save_file` writes for a torch checkpoint.
struct ReferenceFile: CustomTestStringConvertible {
  let input: String
  let floats: FloatPolicy
  let byteCount: Int
  let sha256: String

  static func all() throws -> [ReferenceFile] {
    let document = try JSONValue(parsing: Fixtures.bytes("conversion/files.json"))
    return try (document.elements ?? []).map { item in
      ReferenceFile(
        input: try #require(item["input"]?.string),
        floats: try #require(item["floats"]?.string.flatMap(FloatPolicy.init)),
        byteCount: try #require(item["bytes"]?.integer),
        sha256: try #require(item["sha256"]?.string))
    }
  }

  var testDescription: String { "\(input) \(floats)" }
}

struct ReferenceConversionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func digest(_ bytes: [UInt8]) throws -> String {
    try TensorContent.literal(.u8, bytes).sha256()
  }

  @Test func `all reference files are compared`() throws {
    #expect(try ReferenceFile.all().count == 25)
  }

  @Test(arguments: try ReferenceFile.all())
  func `a torch checkpoint becomes the bytes that torch and safetensors write`(
    reference: ReferenceFile
  ) throws {
    var options = ConversionOptions()
    options.floats = reference.floats
    let report = try Checkpoint.open(Fixtures.path("pytorch/accepts/\(reference.input).pt"))
      .convert(to: folder.path("out.safetensors"), options)
    let bytes = try folder.bytes("out.safetensors")
    #expect(bytes.count == reference.byteCount)
    #expect(try digest(bytes) == reference.sha256)
    #expect(report.files.map(\.byteCount) == [bytes.count])
    #expect(folder.names == ["out.safetensors"])
  }

  @Test(arguments: 0..<41)
  func `a safetensors file is rewritten as the reference wrote it`(number: Int) throws {
    let name = "safetensors/identity/\(number < 10 ? "0" : "")\(number).safetensors"
    _ = try Checkpoint.open(Fixtures.path(name))
      .convert(to: folder.path("out.safetensors"), ConversionOptions())
    #expect(try folder.bytes("out.safetensors") == Fixtures.bytes(name))
  }

  static let coded = [
    "a-scalar-scales-xz", "a-zlib-tag", "b1-dict-meta-zstd", "b2-gate-lqer-bshf5-stride-2",
    "d-binary-fp16-xz", "d-int5-stream-xz", "d-nibbles-xz", "d-ternary-base3-xz",
    "d-ternary-bitmask-xz", "d-xnor-zstd", "h-numpy-pickle-zlib", "int8-zlib-root",
    "ternary-base3-fp8", "wm-int6-zstd", "wm-lqer-asym-brotli",
  ]

  @Test(arguments: coded)
  func `codes and scales that are kept are those in the artifact's pickle`(
    name: String
  ) throws {
    var options = ConversionOptions()
    options.codes = .keep
    _ = try Checkpoint.open(Fixtures.path("golf/accepts/\(name)/artifact"))
      .convert(to: folder.path("out.safetensors"), options)
    let found = try Checkpoint.open(folder.path("out.safetensors")).stored.facts()
    let codes = try JSONValue(parsing: Fixtures.bytes("conversion/codes.json"))
    let expected = try Expectation.facts(codes[name])
    #expect(!expected.isEmpty)
    #expect(found.filter { expected[$0.key] != nil } == expected)
  }
}

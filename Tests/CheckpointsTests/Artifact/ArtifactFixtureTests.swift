import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

/// Artifacts that another implementation wrote, from the specification alone.
struct ArtifactFixtureTests {
  static let accepts = [
    "adaptive", "bit-fields", "bit-fields-in-rows", "classes", "digits", "encoding-affine",
    "encoding-binary", "encoding-cast", "encoding-codebook", "encoding-grid", "encoding-grouped",
    "encoding-grouped-float-zeros", "encoding-grouped-integer-zeros", "encoding-low-rank",
    "encoding-packed", "encoding-scaled", "encoding-ternary", "histograms", "inline", "logarithmic",
    "low-bits", "mixture-support-location", "mixtures", "names", "non-finite", "nothing",
    "permutations", "planes", "raw-streams", "several-chunks", "several-chunks-large", "shapes",
    "trellis",
  ]

  static let rejects = (try? Fixtures.names(in: "birdie/rejects")) ?? []

  private func open(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("birdie/accepts/\(name)/artifact.birdie"))
  }

  @Test func `every artifact is named here`() throws {
    #expect(try Fixtures.names(in: "birdie/accepts") == Self.accepts)
    #expect(Self.rejects.count > 100)
  }

  @Test(arguments: accepts)
  func `an artifact decodes to what its writer meant`(name: String) throws {
    let folder = "birdie/accepts/\(name)"
    let facts = try open(name).facts()
    if try Fixtures.names(in: folder).contains("expected.safetensors") {
      let path = Fixtures.path("\(folder)/expected.safetensors")
      #expect(try facts == Checkpoint.open(path).facts())
    } else {
      let document = try JSONValue(parsing: Fixtures.bytes("\(folder)/expected.json"))
      #expect(try facts == Expectation.facts(document["tensors"]))
    }
  }

  @Test(arguments: accepts)
  func `the parts of a tensor are those that were coded`(name: String) throws {
    let folder = "birdie/accepts/\(name)"
    guard try Fixtures.names(in: folder).contains("expected-components.safetensors") else { return }
    let path = Fixtures.path("\(folder)/expected-components.safetensors")
    let expected = try Checkpoint.open(path).facts()
    var found: [String: Expectation.Facts] = [:]
    for tensor in try open(name).tensors {
      guard case .encoded(let encoded) = try tensor.content.resolved() else { continue }
      for component in encoded.components {
        found["\(tensor.name)/\(component.name)"] = Expectation.Facts(
          dtype: component.tensor.dtype.rawValue, shape: component.tensor.shape.dimensions,
          sha256: try TensorContent.dense(component.tensor).sha256())
      }
    }
    #expect(found == expected)
  }

  @Test(arguments: accepts)
  func `the metadata of an artifact are those that were written`(name: String) throws {
    let document = try JSONValue(
      parsing: Fixtures.bytes("birdie/accepts/\(name)/expected.json"))
    let metadata = try open(name).metadata
    var expected: TextMap = [:]
    for (key, value) in document["metadata"]?.members ?? [] { expected[key] = value.string }
    #expect(metadata == expected)
  }

  @Test(arguments: rejects)
  func `a broken artifact is refused under its rule`(name: String) {
    let error = #expect(throws: Rejection.self) {
      for tensor in try Checkpoint.open(Fixtures.path("birdie/rejects/\(name)")).tensors {
        _ = try tensor.content.sha256()
      }
    }
    #expect(error?.rule.id == String(name.prefix(3)), "\(error.map(\.description) ?? "")")
  }
}

import Checkpoints
import JSON
import TestSupport
import Testing

struct PyTorchAcceptanceTests {
  static let accepts = [
    "bare.pt", "before-torch-2.1.pt", "big-endian-complex.pt", "big-endian.pt", "buffer-bf16.pt",
    "conj-half.pt", "conj.pt", "deflate.pt", "empty.pt", "expanded.pt", "fp4.pt", "imag-of-conj.pt",
    "legacy-module.pt", "legacy-protocol-4.pt", "legacy.pt", "meta.pt", "module-of-main.pt",
    "module.pt", "neg.pt", "nested-protocol-3.pt", "nested-protocol-4.pt", "nested-protocol-5.pt",
    "new-dtypes.pt", "no-checksums.pt", "numpy-protocol-5.pt", "numpy.pt", "one-rank.dcp",
    "optimizer.pt", "other-root.pt", "parameters.pt", "per-channel-32.pt", "per-channel.pt",
    "per-tensor.pt", "pickled-module.pkl", "pickled-protocol-2.pkl", "pickled-protocol-4.pkl",
    "pickled-protocol-5.pkl", "pickled-quantized.pkl", "pickled-tensor.pkl", "ranks-columns.dcp",
    "ranks-rows.dcp", "scalar.pt", "sparse.pt", "state-dict.pt", "tagged.pt", "tar-nested.pt",
    "tar-with-views.pt", "tar.pt", "ties.pt", "torchscript.ts.pt", "tuple.pt", "zip64.pt",
  ]

  private func expectation(_ name: String) throws -> Expectation {
    try Expectation(document: "pytorch/accepts/\(name).expect.json")
  }

  private func open(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/accepts/\(name)"))
  }

  @Test func `every accepted fixture is named here`() throws {
    let names = try Fixtures.names(in: "pytorch/accepts").filter { !$0.hasSuffix(".json") }
    #expect(names == Self.accepts)
  }

  @Test(arguments: accepts)
  func `the tensors are those that torch saved`(name: String) throws {
    let checkpoint = try open(name)
    #expect(try checkpoint.facts() == expectation(name).tensors)
    #expect(Set(checkpoint.tensors.map(\.name)).count == checkpoint.tensors.count)
  }

  @Test(arguments: accepts)
  func `ties are the names of one view of one storage`(name: String) throws {
    #expect(Set(try open(name).ties.map(Set.init)) == (try expectation(name).ties))
  }

  @Test(arguments: accepts)
  func `what is no tensor is kept as JSON`(name: String) throws {
    let found = try open(name).metadata
    for (key, text) in try expectation(name).metadata {
      guard found[key] != text else { continue }
      // Python writes the same text with escapes.
      let value = try JSONValue(parsing: Array((found[key] ?? "").utf8))
      #expect(value == (try JSONValue(parsing: Array(text.utf8))), "\(key)")
    }
  }

  @Test(arguments: accepts)
  func `what torch saved is clean`(name: String) throws {
    let report = try SafetyReport(scanning: Fixtures.path("pytorch/accepts/\(name)"))
    #expect(report.verdict == .clean, "\(report.findings)")
  }
}

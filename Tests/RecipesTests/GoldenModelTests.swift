import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Small models with logits from implementations that are not ours.
@Suite struct GoldenModelTests {
  private static let notModels: Set<String> = ["evaluation", "hessian"]
  static let names = ((try? Fixtures.names(in: "language_models")) ?? [])
    .filter { !notModels.contains($0) }

  @Test func `every architecture has models to be compared with`() throws {
    var ids: Set<String> = []
    for name in Self.names {
      let json = try JSONValue(parsing: Fixtures.bytes("language_models/\(name)/config.json"))
      let architecture = Architectures.all.first { $0.recognizes(json, [:]) }
      ids.insert(try #require(architecture).id)
    }
    #expect(ids == Set(Architectures.all.map { $0.id }))
  }

  @Test(arguments: names)
  func `logits are those of the independent implementation`(name: String) throws {
    let folder = "language_models/" + name
    let loaded = try Self.load(folder)
    let sequences = try JSONValue(parsing: Fixtures.bytes(folder + "/tokens.json"))
    let expected = try Checkpoint.open(Fixtures.path(folder + "/expected.safetensors"))
    for (index, sequence) in try #require(sequences.elements).enumerated() {
      // The last token is only a target.
      let tokens = try #require(sequence.elements).compactMap(\.integer).dropLast()
      let logits = loaded.model.logits(Array(tokens), observer: nil).floats
      let golden = try Self.floats(expected, "logits.\(index)")
      #expect(logits.count == golden.count)
      let scale = golden.reduce(0) { max($0, abs($1)) }
      let worst = zip(logits, golden).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(worst <= 1e-4 * scale, "off by \(worst) of \(scale)")
    }
  }

  private static func load(_ folder: String) throws -> LoadedModel {
    let files = try Fixtures.names(in: folder)
    let weights = try #require(files.first { $0 == "model.safetensors" || $0.hasSuffix(".pt") })
    let checkpoint = try Checkpoint.open(Fixtures.path(folder + "/" + weights))
    let json = try JSONValue(parsing: Fixtures.bytes(folder + "/config.json"))
    return try LoadedModel(checkpoint, configuration: json)
  }

  private static func floats(_ checkpoint: Checkpoint, _ name: String) throws -> [Float] {
    let tensor = try #require(checkpoint.tensors.first { $0.name == name })
    guard case .dense(let dense) = tensor.content else { return [] }
    return dense.floats
  }
}

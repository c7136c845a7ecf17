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
  private static let notModels: Set<String> = ["evaluation", "bytes", "hessian", "bfloat16"]
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

  @Test func `bfloat16 rounds where PyTorch's operations round`() throws {
    let folder = "language_models/bfloat16"
    let sequence = try JSONValue(parsing: Fixtures.bytes(folder + "/tokens.json")).elements?.first
    let tokens = try #require(sequence?.elements).compactMap(\.integer)
    let golden = try Self.floats(
      Checkpoint.open(Fixtures.path(folder + "/expected.safetensors")), "logits.0")
    func meanError(_ arithmetic: DType) throws -> Float {
      let model = try Self.load(folder, arithmetic).model
      let logits = model.logits(tokens.dropLast(), observer: nil).floats
      #expect(logits.count == golden.count)
      return zip(logits, golden).reduce(0) { $0 + abs($1.0 - $1.1) } / Float(golden.count)
    }
    // Sums in another order round differently now and then; float32, or angles in float32, are
    // further away by far.
    let (rounded, exact) = (try meanError(.bf16), try meanError(.f32))
    #expect(rounded < exact / 4, "off by \(rounded), and float32 by \(exact)")
  }

  private static func load(_ folder: String, _ arithmetic: DType = .f32) throws -> LoadedModel {
    let files = try Fixtures.names(in: folder)
    let weights = try #require(files.first { $0 == "model.safetensors" || $0.hasSuffix(".pt") })
    let checkpoint = try Checkpoint.open(Fixtures.path(folder + "/" + weights))
    let json = try JSONValue(parsing: Fixtures.bytes(folder + "/config.json"))
    return try LoadedModel(checkpoint, configuration: json, arithmetic: arithmetic)
  }

  private static func floats(_ checkpoint: Checkpoint, _ name: String) throws -> [Float] {
    let tensor = try #require(checkpoint.tensors.first { $0.name == name })
    guard case .dense(let dense) = tensor.content else { return [] }
    return dense.floats
  }
}

import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// The tensors and the configuration of a model that a test takes something from.
struct ModelParts {
  var tensors: [String: Tensor] = [:]
  var configuration: JSONValue

  /// A model of `Fixtures/language_models`.
  init(_ name: String) throws {
    let folder = "language_models/" + name
    let files = try Fixtures.names(in: folder)
    let weights = try #require(files.first { $0 == "model.safetensors" || $0.hasSuffix(".pt") })
    for tensor in try Checkpoint.open(Fixtures.path(folder + "/" + weights)).tensors {
      if case .dense(let dense) = tensor.content { tensors[tensor.name] = dense }
    }
    configuration = try JSONValue(parsing: Fixtures.bytes(folder + "/config.json"))
  }

  /// Sets a key of the configuration; nil takes it out.
  mutating func set(_ key: String, _ value: JSONValue?) {
    let others = (configuration.members ?? []).filter { $0.key != key }
    configuration = .object(others + (value.map { [(key: key, value: $0)] } ?? []))
  }

  /// Adds a tensor of ones.
  mutating func add(_ name: String, _ dimensions: [Int]) {
    let count = dimensions.reduce(1, *)
    tensors[name] = Tensor([Float](repeating: 1, count: count), dimensions)
  }

  /// Takes a tensor out and gives its shape.
  mutating func remove(_ name: String) throws -> [Int] {
    let tensor = try #require(tensors[name])
    tensors[name] = nil
    return tensor.shape.dimensions
  }

  func open() throws(Rejection) -> any LanguageModel<Tensor> {
    try Architectures.open(tensors, configuration: configuration, arithmetic: .f32)
  }

  /// The logits of a few tokens.
  func logits() throws -> [Float] { try open().logits([1, 5, 9, 2], observer: nil).floats }

  /// Why the model is refused.
  func refusal() throws -> (rule: String, message: String) {
    let rejection = #expect(throws: Rejection.self) { try open() }
    return (rejection?.rule.id ?? "", rejection?.message ?? "")
  }
}

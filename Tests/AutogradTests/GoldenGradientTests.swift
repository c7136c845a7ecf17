import Autograd
import Checkpoints
import JSON
import LanguageModels
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Gradients of small models, compared with those that PyTorch finds.
@Suite struct GoldenGradientTests {
  static let names = ((try? Fixtures.names(in: "gradients")) ?? [])
    .map { String($0.prefix { $0 != "." }) }

  /// A model of `Fixtures/language_models`, the first of its sequences and what is expected of it.
  private struct Golden {
    let tensors: [String: Tensor]
    let configuration: JSONValue
    let tokens: [Int]
    let gradients: [String: Tensor]
    let moments: [String: Tensor]

    init(_ name: String) throws {
      let folder = "language_models/" + name
      let files = try Fixtures.names(in: folder)
      let weights = try #require(files.first { $0 == "model.safetensors" || $0.hasSuffix(".pt") })
      tensors = try Self.tensors(folder + "/" + weights)
      configuration = try JSONValue(parsing: Fixtures.bytes(folder + "/config.json"))
      let sequences = try JSONValue(parsing: Fixtures.bytes(folder + "/tokens.json"))
      tokens = try #require(sequences.elements?.first?.elements).compactMap(\.integer)
      let expected = try Self.tensors("gradients/\(name).safetensors")
      let prefix = "moment:"
      gradients = expected.filter { !$0.key.hasPrefix(prefix) }
      moments = Dictionary(
        uniqueKeysWithValues: expected.filter { $0.key.hasPrefix(prefix) }
          .map { (String($0.dropFirst(prefix.count)), $1) })
    }

    private static func tensors(_ path: String) throws -> [String: Tensor] {
      var tensors: [String: Tensor] = [:]
      for tensor in try Checkpoint.open(Fixtures.path(path)).tensors {
        if case .dense(let dense) = tensor.content { tensors[tensor.name] = dense }
      }
      return tensors
    }

    /// The mean loss of the model over what `making` makes of its tensors.
    func loss(making: ValueMaker<Variable>) throws -> Variable {
      let model = try Architectures.open(
        tensors, configuration: configuration, arithmetic: .f32, making: making)
      return model.logits(Array(tokens.dropLast()), observer: nil)
        .crossEntropy(targets: Array(tokens.dropFirst())).mean()
    }
  }

  @Test(arguments: names)
  func `gradients of weights are PyTorch's`(name: String) throws {
    let golden = try Golden(name)
    let gradients = Gradients(of: try golden.loss { Variable(leaf: $1, label: $0) })
    #expect(!golden.gradients.isEmpty)
    for (weight, expected) in golden.gradients {
      let gradient = try #require(gradients[weight], "\(weight)")
      expect(gradient, expected, weight)
    }
  }

  @Test(arguments: names)
  func `gradients of layers' outputs are PyTorch's where weights are constant`(
    name: String
  ) throws {
    let golden = try Golden(name)
    let loss = try golden.loss { Variable(observed: $1, label: $0) }
    var moments: [String: Tensor] = [:]
    _ = Gradients(of: loss) { layer in
      guard let label = layer.weight.label else { return }
      let rows = layer.outputGradient.transposed()
      let moment = rows.linear(rows)
      moments[label] = moments[label].map { $0 + moment } ?? moment
    }
    #expect(!golden.moments.isEmpty)
    for (weight, expected) in golden.moments {
      expect(try #require(moments[weight], "\(weight)"), expected, weight)
    }
  }

  @Test func `a model over variables gives the logits that it gives over tensors`() throws {
    let golden = try Golden("core_tied")
    let plain = try Architectures.open(
      golden.tensors, configuration: golden.configuration, arithmetic: .f32)
    let recorded = try Architectures.open(
      golden.tensors, configuration: golden.configuration, arithmetic: .f32
    ) { Variable(leaf: $1, label: $0) }
    #expect(
      plain.logits(golden.tokens, observer: nil).floats
        == recorded.logits(golden.tokens, observer: nil).value.floats)
  }

  /// Sums in float32, some over positions and layers, against those in float64.
  private func expect(_ got: Tensor, _ want: Tensor, _ weight: String) {
    let scale = want.floats.reduce(0) { max($0, abs($1)) }
    let worst = got.reshaped(want.shape.dimensions).differs(from: want)
    #expect(got.shape == want.shape && worst <= 1e-4 * scale, "\(weight): \(worst) of \(scale)")
  }
}

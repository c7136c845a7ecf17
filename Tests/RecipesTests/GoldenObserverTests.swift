import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// What a model tells about the inputs of its linear layers.
@Suite struct GoldenObserverTests {
  private static let folder = "language_models/hessian/"

  /// The products of every pair of an input's channels, summed over all inputs of a weight.
  private final class Moments {
    var sums: [String: [Double]] = [:]

    func add(_ weight: String, _ input: Tensor) {
      let width = input.shape[input.shape.rank - 1]
      let values = input.floats.map(Double.init)
      var sum = sums[weight] ?? [Double](repeating: 0, count: width * width)
      for row in stride(from: 0, to: values.count, by: width) {
        for i in 0..<width {
          for j in 0..<width { sum[i * width + j] += values[row + i] * values[row + j] }
        }
      }
      sums[weight] = sum
    }
  }

  @Test func `every linear layer shows the inputs that the oracle saw`() throws {
    let model = try LoadedModel(
      Checkpoint.open(Fixtures.path(Self.folder + "model.safetensors")),
      configuration: JSONValue(parsing: Fixtures.bytes(Self.folder + "config.json")))
    let moments = Moments()
    let sequences = try JSONValue(parsing: Fixtures.bytes(Self.folder + "tokens.json"))
    for sequence in try #require(sequences.elements) {
      let tokens = try #require(sequence.elements).compactMap(\.integer).dropLast()
      _ = model.model.logits(Array(tokens)) { moments.add($0, $1) }
    }
    let golden = try Checkpoint.open(Fixtures.path(Self.folder + "expected.safetensors"))
    let suffix = ".second_moment"
    let wanted = golden.tensors.filter { $0.name.hasSuffix(suffix) }
    #expect(Set(wanted.map { String($0.name.dropLast(suffix.count)) }) == Set(moments.sums.keys))
    for tensor in wanted {
      guard case .dense(let dense) = tensor.content else { continue }
      let expected = dense.floats.map(Double.init)
      let sum = try #require(moments.sums[String(tensor.name.dropLast(suffix.count))])
      let scale = expected.reduce(0) { max($0, abs($1)) }
      #expect(sum.count == expected.count)
      #expect(zip(sum, expected).allSatisfy { abs($0 - $1) <= 1e-5 * scale }, "\(tensor.name)")
    }
  }
}

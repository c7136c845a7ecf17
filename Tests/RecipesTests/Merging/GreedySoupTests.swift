import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

@testable import Recipes

struct GreedySoupTests {
  private let model: Checkpoint
  private let configuration: JSONValue

  init() throws {
    let folder = "language_models/evaluation/"
    model = try Checkpoint.open(Fixtures.path(folder + "model.safetensors"))
    configuration = try JSONValue(parsing: Fixtures.bytes(folder + "config.json"))
  }

  /// The model with noise of a size in its matrices.
  private func noisy(_ size: Float, seed: UInt64) throws -> Checkpoint {
    var random = Philox(seed: seed, stream: 0)
    return try changed { $0 + size * (random.next() & 1 == 0 ? 1 : -1) }
  }

  /// The model with other matrices.
  private func changed(_ change: (Float) -> Float) throws -> Checkpoint {
    var other = model
    for place in other.tensors.indices where other.tensors[place].shape.rank == 2 {
      let values = try other.tensors[place].floats().map(change)
      other.tensors[place].content = .dense(Tensor(values, .f32, other.tensors[place].shape))
    }
    return other
  }

  private func soup(_ models: [Checkpoint]) throws -> GreedySoup {
    let names = ["a", "b", "c", "d"].prefix(models.count)
    let tokens = Fixtures.path("language_models/evaluation/fineweb_val_*.bin")
    let recipe = try MergeWorld.recipe(
      """
      merge_method: greedy_soup
      models: [\(names.map { "{model: \($0)}" }.joined(separator: ", "))]
      evaluation: {tokens: '\(tokens)', max_tokens: 1025, sequence_length: 64}
      """, isRaw: true)
    return try GreedySoup(
      recipe, models, configuration: configuration, tokens: tokens, raw: .same)
  }

  @Test func `what makes the mean worse stays out`() throws {
    // Logits that are far too large.
    let soup = try soup([changed { 40 * $0 }, model, noisy(0.01, seed: 2)])
    #expect(soup.trials.last?.model.description == "a" && soup.trials.last?.isTaken == false)
    #expect(!soup.recipe.models.contains { $0.description == "a" })
  }

  @Test func `every choice follows from the losses that are told`() throws {
    let soup = try soup(
      [noisy(0.03, seed: 1), noisy(0.03, seed: 2), noisy(0.03, seed: 3), noisy(0.2, seed: 4)])
    #expect(soup.trials.map(\.loss) == soup.trials.map(\.loss).sorted())
    var best = soup.trials[0].loss
    #expect(soup.trials[0].isTaken && soup.trials[0].meanLoss == nil)
    for trial in soup.trials.dropFirst() {
      let mean = try #require(trial.meanLoss)
      #expect(trial.isTaken == (mean <= best))
      if trial.isTaken { best = mean }
    }
    #expect(soup.recipe.models.count == soup.trials.count { $0.isTaken })
  }

  @Test func `equal models are taken in the order of the recipe`() throws {
    let soup = try soup([model, model])
    #expect(soup.trials.map(\.model.description) == ["a", "b"])
  }
}

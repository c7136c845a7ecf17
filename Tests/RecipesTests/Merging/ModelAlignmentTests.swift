@testable import Merging
@testable import Recipes
import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Models whose units are brought into another order and back.
struct ModelAlignmentTests {
  private static let tokens = [1, 5, 9, 2, 7, 3, 3, 8]

  /// A model of `Fixtures/language_models` as its file has it.
  private func model(_ name: String) throws -> (checkpoint: Checkpoint, configuration: JSONValue) {
    let folder = "language_models/" + name
    let weights = try #require(
      Fixtures.names(in: folder).first { $0 == "model.safetensors" || $0.hasSuffix(".pt") })
    return (
      try Checkpoint.open(Fixtures.path(folder + "/" + weights)),
      try ModelParts(name).configuration
    )
  }

  /// The model with all of its units in an order that is drawn.
  private func shuffled(
    _ checkpoint: Checkpoint, _ configuration: JSONValue, seed: UInt64 = 1
  ) throws -> Checkpoint {
    var random = SplitMix(state: seed)
    let model = try PermutableModel(checkpoint, configuration)
    return model.rearranged(
      model.groups.map { group in
        let units = (0..<group.unitCount).shuffled(using: &random)
        let subunits = units.flatMap { unit in
          (0..<group.subunitCount).shuffled(using: &random).map { unit * group.subunitCount + $0 }
        }
        return UnitOrder(units: units, subunits: subunits)
      })
  }

  private func logits(_ checkpoint: Checkpoint, _ configuration: JSONValue) throws -> [Float] {
    try LoadedModel(checkpoint, configuration: configuration).model
      .logits(Self.tokens, observer: nil).floats
  }

  private func areEqual(_ one: Checkpoint, _ other: Checkpoint) throws -> Bool {
    try one.compared(with: other).isWithin(0)
  }

  @Test(arguments: GoldenModelTests.names)
  func `another order of the units computes the same`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let changed = try shuffled(checkpoint, configuration)
    #expect(try !areEqual(checkpoint, changed))
    let (before, after) = (
      try logits(checkpoint, configuration), try logits(changed, configuration)
    )
    let scale = before.reduce(0) { max($0, abs($1)) }
    let worst = zip(before, after).reduce(0) { max($0, abs($1.0 - $1.1)) }
    // Sums in another order.
    #expect(worst <= 2e-5 * scale, "off by \(worst) of \(scale)")
  }

  @Test(arguments: GoldenModelTests.names)
  func `a model that was permuted comes back byte for byte`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let changed = try shuffled(checkpoint, configuration)
    let alignment = try ModelAlignment(
      of: changed, configuration, to: checkpoint, configuration)
    #expect(try areEqual(alignment.checkpoint, checkpoint))
    #expect(alignment.distanceAfter == 0 && alignment.distanceBefore > 0)
    #expect(alignment.groups.contains { $0.movedCount > 0 })
  }

  @Test(arguments: ["core_tied", "llama", "gpt2"])
  func `every dimension of a model is free`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let symmetries = try PermutableModel(checkpoint, configuration).symmetries
    let keys = ["num_layers", "num_hidden_layers", "n_layer"]
    let layers = keys.compactMap { configuration[$0]?.integer }.first
    #expect(symmetries.count { $0.kind == .channels } == 1)
    #expect(symmetries.count { $0.kind == .hiddenUnits } == layers)
    #expect(symmetries.count { $0.kind == .heads } == layers)
  }

  @Test func `channels that a window tells apart stay on their side of it`() throws {
    let (checkpoint, configuration) = try model("smear_windowed")
    let channels = try PermutableModel(checkpoint, configuration).symmetries
      .filter { $0.kind == .channels }
    #expect(channels.count == 2)
    #expect(channels[1].units.first?.start == channels[0].unitCount)
  }

  @Test(arguments: ["core_tied", "llama", "gpt2"])
  func `models come to lie nearer, alike for any number of threads`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    var noisy = try shuffled(checkpoint, configuration)
    var random = SplitMix()
    for place in noisy.tensors.indices {
      let (floats, tensor) = (try noisy.tensors[place].floats(), noisy.tensors[place])
      let changed = floats.map { $0 * Float(1 + random.normal() / 2) }
      noisy.tensors[place].content = .dense(Tensor(changed, .f32, tensor.shape))
    }
    let before = MachineBudget.threadCount
    defer { MachineBudget.limit(threadCount: before, memoryByteCount: nil) }
    let alignments = try [1, 2].map { threads in
      MachineBudget.limit(threadCount: threads, memoryByteCount: nil)
      return try ModelAlignment(of: noisy, configuration, to: checkpoint, configuration)
    }
    #expect(try areEqual(alignments[0].checkpoint, alignments[1].checkpoint))
    #expect(alignments[0].distanceAfter == alignments[1].distanceAfter)
    #expect(alignments[0].distanceAfter < 0.7 * alignments[0].distanceBefore)
  }

  @Test func `a head that shares the embedding may be left out of one of the files`() throws {
    let (checkpoint, configuration) = try model("llama_tied")
    let names = ["model.embed_tokens.weight", "lm_head.weight"]
    let embedding = try #require(checkpoint.tensors.first { $0.name == names[0] })
    var whole = checkpoint
    whole.tensors.append(NamedTensor(name: names[1], content: embedding.content))
    whole.ties = [names]
    for (reference, own) in [(whole, checkpoint), (checkpoint, whole)] {
      let changed = try shuffled(own, configuration)
      let alignment = try ModelAlignment(of: changed, configuration, to: reference, configuration)
      #expect(try areEqual(alignment.checkpoint, own))
    }
  }

  @Test(arguments: [
    ("llama_tied", "model.embed_tokens.weight"), ("gpt2", "transformer.wte.weight"),
  ])
  func `a tied embedding may be stored as the head alone`(name: String, embedding: String) throws {
    let (checkpoint, configuration) = try model(name)
    var headed = checkpoint
    let place = try #require(headed.tensors.firstIndex { $0.name == embedding })
    headed.tensors[place] = NamedTensor(
      name: "lm_head.weight", content: headed.tensors[place].content)
    let changed = try shuffled(headed, configuration)
    let alignment = try ModelAlignment(of: changed, configuration, to: headed, configuration)
    #expect(try areEqual(alignment.checkpoint, headed))
  }

  @Test func `a model with other names in front is aligned too`() throws {
    let (checkpoint, configuration) = try model("core_tied")
    var changed = try shuffled(checkpoint, configuration)
    for place in changed.tensors.indices {
      changed.tensors[place].name = "module." + changed.tensors[place].name
    }
    let alignment = try ModelAlignment(
      of: changed, configuration, to: checkpoint, configuration)
    #expect(alignment.distanceAfter == 0)
    #expect(alignment.checkpoint.tensors.map(\.name) == changed.tensors.map(\.name))
  }

  @Test func `tensors that share their elements move together`() throws {
    let (checkpoint, configuration) = try model("llama_tied")
    var changed = try shuffled(checkpoint, configuration)
    let embedding = "model.embed_tokens.weight"
    let table = try #require(changed.tensors.first { $0.name == embedding })
    changed.tensors.append(NamedTensor(name: "lm_head.weight", content: table.content))
    changed.ties = [[embedding, "lm_head.weight"]]
    var reference = checkpoint
    let original = try #require(reference.tensors.first { $0.name == embedding })
    reference.tensors.append(NamedTensor(name: "lm_head.weight", content: original.content))
    let alignment = try ModelAlignment(of: changed, configuration, to: reference, configuration)
    #expect(alignment.distanceAfter == 0)
    #expect(try areEqual(alignment.checkpoint, reference))
  }
}

/// What cannot be aligned.
struct RefusedAlignmentTests {
  private func model(_ name: String) throws -> (checkpoint: Checkpoint, configuration: JSONValue) {
    let parts = try ModelParts(name)
    let tensors = parts.tensors.sorted { $0.key < $1.key }
      .map { NamedTensor(name: $0.key, content: .dense($0.value)) }
    return (Checkpoint(format: "safetensors", tensors: tensors), parts.configuration)
  }

  private func refusal(
    _ one: (checkpoint: Checkpoint, configuration: JSONValue),
    _ other: (checkpoint: Checkpoint, configuration: JSONValue)
  ) throws -> (rule: String, message: String) {
    let rejection = #expect(throws: Rejection.self) {
      try ModelAlignment(
        of: one.checkpoint, one.configuration, to: other.checkpoint, other.configuration)
    }
    return (rejection?.rule.id ?? "", rejection?.message ?? "")
  }

  @Test(arguments: [("core_tied", "odd_layers"), ("llama", "llama_tied"), ("llama", "gpt2")])
  func `models of other shapes`(one: String, other: String) throws {
    #expect(try refusal(model(one), model(other)).rule == "M13")
  }

  @Test func `models of the same shapes whose heads differ`() throws {
    let one = try model("llama")
    var other = one
    let members = (one.configuration.members ?? []).map { key, value in
      switch key {
      case "num_attention_heads": (key: key, value: JSONValue.integer(12))
      case "num_key_value_heads": (key: key, value: JSONValue.integer(6))
      case "head_dim": (key: key, value: JSONValue.integer(2))
      default: (key: key, value: value)
      }
    }
    other.configuration = .object(members)
    #expect(
      try refusal(one, other) == ("M13", "the configurations tell of different heads or layers"))
  }

  @Test func `an architecture without known symmetries`() throws {
    let rejection = #expect(throws: Rejection.self) {
      try PermutableModel.requireKnown([], at: .unknown)
    }
    #expect(rejection?.rule.id == "M14")
  }

  @Test func `tensors that are codes`() throws {
    let model = try model("core_tied")
    var coded = model
    let place = try #require(coded.checkpoint.tensors.firstIndex { $0.name == "tok_emb.weight" })
    let shape = coded.checkpoint.tensors[place].shape
    let codes = try #require(
      Tensor(
        dtype: .i8, shape: shape, storage: Storage([UInt8](repeating: 3, count: shape.elementCount))
      ))
    let encoded = try EncodedTensor(
      dtype: .f32, shape: shape, encoding: ScaledCodes(bits: 8, coverage: .tensor),
      components: [
        .init(name: "q", tensor: codes), .init(name: "s", tensor: Tensor([1 as Float], .f32, [1])),
      ])
    coded.checkpoint.tensors[place].content = .encoded(encoded)
    #expect(try refusal(coded, model).rule == "M15")
  }

  @Test func `tensors that share their elements and move differently`() throws {
    var model = try model("core_tied")
    model.checkpoint.ties = [["blocks.0.attn.c_q.weight", "blocks.0.attn.proj.weight"]]
    let refusal = try refusal(model, model)
    #expect(refusal.rule == "M15" && refusal.message.contains("moves otherwise"))
  }

  @Test(arguments: [Float.nan, .infinity])
  func `elements that are no numbers`(element: Float) throws {
    let model = try model("core_tied")
    var broken = model
    let place = try #require(broken.checkpoint.tensors.firstIndex { $0.name == "skip_weights" })
    let shape = broken.checkpoint.tensors[place].shape
    broken.checkpoint.tensors[place].content = .dense(
      Tensor([Float](repeating: element, count: shape.elementCount), .f32, shape))
    #expect(try refusal(broken, model).rule == "M15")
    #expect(try refusal(model, broken).rule == "M15")
  }
}

import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TestSupport
import Testing

/// Losses and divergences that an independent implementation computed in double precision.
@Suite struct GoldenEvaluationTests {
  private static let folder = "language_models/evaluation/"
  private let tokens: [UInt16]
  private let byteCounts: [Int]
  private let model: LoadedModel

  init() throws {
    model = try Self.load("model.safetensors")
    let shards = try TokenShards(
      matching: Fixtures.path(Self.folder + "fineweb_val_*.bin"),
      vocabularySize: model.model.vocabularySize)
    tokens = try shards.tokens(in: 0..<shards.tokenCount)
    let json = try Self.json("bytes.json")
    let counts = (json["byte_count"]?.elements ?? []).compactMap(\.integer)
    let spaces = (json["begins_with_space"]?.elements ?? []).map { $0 == true }
    let boundaries = (json["is_boundary"]?.elements ?? []).map { $0 == true }
    let ids = tokens.map(Int.init)
    byteCounts = ids.indices.map { position in
      guard position > 0 else { return 0 }
      let hasSpace = spaces[ids[position]] && !boundaries[ids[position - 1]]
      return counts[ids[position]] + (hasSpace ? 1 : 0)
    }
  }

  private static func json(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Fixtures.bytes(folder + name))
  }

  private static func load(_ name: String) throws -> LoadedModel {
    try LoadedModel(
      try Checkpoint.open(Fixtures.path(folder + name)), configuration: json("config.json"))
  }

  private static func number(_ value: JSONValue?) -> Double {
    switch value {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: .nan
    }
  }

  private static func mode(_ run: JSONValue) -> EvaluationMode {
    let length = run["length"]?.integer ?? 0
    return switch run["mode"]?.string {
    case "sliding": .sliding(length: length, stride: run["stride"]?.integer ?? 0)
    case "documents": .documents(length: length, beginToken: run["begin_token"]?.integer ?? 1)
    default: .fixed(length: length)
    }
  }

  @Test func `losses of every way to cut the stream are those of the oracle`() throws {
    let runs = try #require(try Self.json("expected.json").elements)
    #expect(runs.count == 9)
    for run in runs {
      let evaluation = try Evaluation(
        of: model.model, on: tokens, mode: Self.mode(run), bytes: { byteCounts[$0].reduce(0, +) })
      #expect(evaluation.targetCount == run["tokens"]?.integer)
      #expect(evaluation.byteCount == run["bytes"]?.integer)
      #expect(abs(evaluation.loss - Self.number(run["val_loss"])) < 1e-5)
      #expect(abs(evaluation.bitsPerByte - Self.number(run["val_bpb"])) < 1e-5)
      let interval = evaluation.confidenceInterval()
      #expect(interval.contains(evaluation.bitsPerByte))
      #expect(interval == evaluation.confidenceInterval())
    }
  }

  @Test func `closeness to a reference is that of the oracle`() throws {
    let golden = try Self.json("comparison.json")
    let evaluation = try Evaluation(
      of: try Self.load("candidate.safetensors").model, against: model.model, on: tokens,
      mode: .fixed(length: 32), bytes: { byteCounts[$0].reduce(0, +) })
    let closeness = try #require(evaluation.closeness)
    func check(_ value: Double, _ key: String) {
      let want = Self.number(golden[key])
      #expect(abs(value - want) <= 1e-4 * abs(want), "\(key): \(value) and \(want)")
    }
    check(closeness.meanDivergence, "kl_mean")
    check(closeness.highDivergence, "kl_p99")
    check(closeness.largestDivergence, "kl_max")
    check(closeness.agreement, "top1_agreement")
    check(closeness.smallestCosine, "logit_cosine_min")
    let same = try Evaluation(
      of: model.model, on: tokens, mode: .fixed(length: 32), bytes: { byteCounts[$0].reduce(0, +) })
    #expect(evaluation.referenceBitsPerByte == same.bitsPerByte)
  }

  @Test func `a token beyond the vocabulary and a stream without a window are rejected`() {
    let foreign = #expect(throws: Rejection.self) {
      try Evaluation(
        of: model.model, on: [1, 2, 99], mode: .fixed(length: 2), bytes: { _ in 1 })
    }
    #expect(foreign?.rule == EvaluationRules.foreignToken)
    let short = #expect(throws: Rejection.self) {
      try Evaluation(of: model.model, on: [1, 2], mode: .fixed(length: 2), bytes: { _ in 1 })
    }
    #expect(short?.rule == EvaluationRules.tooShort)
  }

  @Test func `a reference with another vocabulary is rejected`() throws {
    let other = try LoadedModel(
      try Checkpoint.open(Fixtures.path("language_models/bytes/model.safetensors")),
      configuration: nil)
    let rejection = #expect(throws: Rejection.self) {
      try Evaluation(
        of: model.model, against: other.model, on: tokens, mode: .fixed(length: 32),
        bytes: { _ in 1 })
    }
    #expect(rejection?.rule == EvaluationRules.foreignReference)
  }

  @Test func `a stream from files is read piece by piece, and gives the same digits`() throws {
    let shards = try TokenShards(
      matching: Fixtures.path(Self.folder + "fineweb_val_*.bin"), vocabularySize: 32)
    let mode = EvaluationMode.documents(length: 16, beginToken: 1)
    let streamed = try Evaluation(of: model.model, on: shards, mode: mode, bytes: { $0.count })
    let whole = try Evaluation(of: model.model, on: tokens, mode: mode, bytes: { $0.count })
    #expect(streamed.loss == whole.loss)
    #expect(streamed.byteCount == tokens.count - 1)
  }

  @Test func `what is missing, left over or misshapen is named`() throws {
    var tensors: [String: Tensor] = [:]
    for tensor in model.checkpoint.tensors {
      if case .dense(let dense) = tensor.content { tensors[tensor.name] = dense }
    }
    tensors["extra"] = tensors["skip_weights"]
    tensors["skip_weights"] = nil
    tensors["blocks.1.attn.proj.weight"] = nil
    tensors["smear.gate"] = tensors["extra"]
    let error = #expect(throws: Rejection.self) {
      try Architectures.open(
        tensors, configuration: try Self.json("config.json"), arithmetic: .f32)
    }
    #expect(error?.rule == ArchitectureRules.parameters)
    let message = error?.message ?? ""
    #expect(message.contains("missing: blocks.1.attn.proj.weight [16, 16]"))
    #expect(message.contains("left over: extra"))
    #expect(message.contains("misshapen: smear.gate is [1, 16] and not [16]"))
  }

  @Test func `a configuration that contradicts the tensors or itself is rejected`() throws {
    for json in [
      ["num_layers": 9], ["mlp_mult": 4], ["softcap_type": "none"], ["rope_dims": 3],
      ["recur_layers": [2, 1]], ["num_loops": 1, "loop_start": 2, "loop_end": 7],
      ["logit_softcap": 0],
    ] as [JSONValue] {
      let error = #expect(throws: Rejection.self) {
        try LoadedModel(model.checkpoint, configuration: json)
      }
      #expect(error?.rule == ArchitectureRules.configuration)
    }
    let unknown = #expect(throws: Rejection.self) {
      try LoadedModel(model.checkpoint, configuration: ["model_type": "mamba"])
    }
    #expect(unknown?.rule == ArchitectureRules.unknownArchitecture)
    #expect(unknown?.message.contains("mamba") == true)
  }
}

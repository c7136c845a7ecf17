@testable import Recipes
import Checkpoints
import EntropyCoding
import JSON
import LanguageModels
import Quantization
import TensorCore
import TestSupport
import Testing

struct ScaleTuningTests {
  private let tokens = Fixtures.path("language_models/evaluation/fineweb_val_*.bin")
  private let original: Checkpoint
  private let reference: LoadedModel
  private let configuration: JSONValue

  init() throws {
    original = try Checkpoint.open(
      Fixtures.path("language_models/evaluation/model.safetensors"))
    configuration = try JSONValue(
      parsing: Fixtures.bytes("language_models/evaluation/config.json"))
    reference = try LoadedModel(original, configuration: configuration)
  }

  /// The model with two matrices of coarse codes.
  private func quantized(_ method: String = "trellis") throws -> Checkpoint {
    var run = QuantizationRun(
      QuantizationRecipe([
        .init(pattern: "blocks.0.mlp.fc.weight", method: method),
        .init(pattern: "blocks.0.attn.proj.weight", method: method),
      ]))
    run.goal = .step(6)
    run.calibrationTokens = tokens
    run.calibrationTokenCount = 64
    run.fisherTokenCount = 0
    run.tuningTokenCount = 0
    run.sequenceLength = 16
    run.configuration = configuration
    return try run.run(original).checkpoint
  }

  private func tuned(
    _ checkpoint: Checkpoint, tokenCount: Int = 256, fixed: Set<Int> = []
  ) throws -> TunedScales {
    let tuning = ScaleTuning(
      windows: ModelWindows(tokenPattern: tokens, tokenCount: tokenCount, sequenceLength: 16),
      configuration: configuration)
    return try tuning.run(checkpoint, toward: reference.model, fixed: fixed) { _, _ in }
  }

  private func divergence(_ checkpoint: Checkpoint) throws -> Double {
    var job = EvaluationJob(tokenPattern: tokens)
    job.sequenceLength = 16
    let judge = try QuantizationJudge(
      reference, configuration, job, skipping: 0, goal: .divergence(1))
    return try judge.cost(of: checkpoint)
  }

  @Test(arguments: ["trellis", "gptq"])
  func `tuned scales bring the model closer to the original`(method: String) throws {
    let quantized = try quantized(method)
    let tuned = try tuned(quantized, tokenCount: 4096)
    let result = try tuned.applied(to: quantized, fineness: tuned.mostFineness)
    let (before, after) = (try divergence(quantized), try divergence(result))
    #expect(after < 0.995 * before, "\(before) became \(after)")
  }

  @Test func `codes stay, and scales of columns are powers of two with sixty-fourths`() throws {
    let quantized = try quantized()
    let tuned = try tuned(quantized)
    let result = try tuned.applied(to: quantized, fineness: tuned.mostFineness)
    var scaleCount = 0
    for (before, after) in zip(quantized.tensors, result.tensors) {
      guard case .encoded(let old) = before.content, case .encoded(let new) = after.content,
        old.encoding is GridCodes
      else { continue }
      #expect(bytes(old, 0) == bytes(new, 0) && bytes(old, 1) == bytes(new, 1))
      let scales = try NamedTensor(name: "", content: .dense(new.components[2].tensor)).floats()
      for scale in scales {
        let units = 64 * BinaryLogarithm.of(Double(scale))
        #expect(abs(units - units.rounded()) < 1e-4)
      }
      scaleCount += scales.count
    }
    #expect(scaleCount > 0)
  }

  @Test func `the coarsest scales are those from before`() throws {
    let quantized = try quantized()
    let result = try tuned(quantized).applied(to: quantized, fineness: 0)
    for (before, after) in zip(quantized.tensors, result.tensors) {
      guard case .encoded(let old) = before.content, case .encoded(let new) = after.content,
        old.encoding is GridCodes
      else { continue }
      #expect(bytes(old, 2) == bytes(new, 2))
    }
  }

  @Test func `what is kept is not tuned`() throws {
    let quantized = try quantized()
    let fixed = Set(quantized.tensors.indices)
    let tuned = try tuned(quantized, fixed: fixed)
    #expect(tuned.mostFineness == 0)
    let result = try tuned.applied(to: quantized, fineness: 0)
    let (before, after) = (try divergence(quantized), try divergence(result))
    #expect(before == after)
  }

  private func bytes(_ tensor: EncodedTensor, _ index: Int) -> [UInt8] {
    tensor.components[index].tensor.contiguousStorage.map { $0.bytes.withUnsafeBytes(Array.init) }
      ?? []
  }
}

import Checkpoints
import Diagnostics
import JSON
import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

@testable import Recipes

/// The Fisher information of a small model's elements, beside that of its rows, which is gathered
/// by another way from the same draws.
struct FisherTests {
  private let tokens = Fixtures.path("language_models/evaluation/fineweb_val_*.bin")

  private func job() -> FisherJob {
    var job = FisherJob(tokenPattern: tokens)
    (job.tokenCount, job.sequenceLength) = (64, 16)
    return job
  }

  private func configuration(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Fixtures.bytes("language_models/\(name)/config.json"))
  }

  private func model(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("language_models/\(name)/model.safetensors"))
  }

  @Test func `rows have the information that their outputs have`() throws {
    let (model, configuration) = try (model("evaluation"), configuration("evaluation"))
    let information = try job().run(model, configuration: configuration, origin: "model")
    let matrices = information.tensors.filter { $0.shape.rank == 2 && $0.name.contains("attn") }
    var inputs: [String: InputStatistics] = [:]
    for matrix in matrices {
      inputs[matrix.name] = InputStatistics(
        secondMoment: Matrix.identity(matrix.shape[1]), rowCount: 1,
        meanMagnitudes: [Double](repeating: 1, count: matrix.shape[1]))
    }
    let rows = try OutputStatistics.fisher(
      of: model, configuration: configuration, inputs: inputs, tokens: tokens, tokenCount: 64,
      length: 16)
    #expect(!matrices.isEmpty)
    for matrix in matrices {
      let values = try matrix.floats()
      let wanted = try #require(rows[matrix.name]).squares
      for (row, wanted) in wanted.enumerated() {
        let line = values[(row * matrix.shape[1])..<((row + 1) * matrix.shape[1])]
        let mean = line.reduce(0) { $0 + Double($1) } / Double(line.count)
        #expect(abs(mean - wanted) <= 1e-5 * wanted)
      }
    }
  }

  @Test(arguments: ["evaluation", "llama", "gpt2"])
  func `every tensor has information of its own shape`(name: String) throws {
    let model = try model(name)
    let information = try job().run(
      model, configuration: try configuration(name), origin: "model")
    let shapes = Dictionary(uniqueKeysWithValues: information.tensors.map { ($0.name, $0.shape) })
    for tensor in model.tensors where !TensorNames.isBuffer(tensor.name) {
      #expect(shapes[tensor.name] == tensor.shape, "\(tensor.name)")
    }
    for tensor in information.tensors {
      #expect(try tensor.floats().allSatisfy { $0 >= 0 && $0.isFinite })
    }
  }

  @Test func `a model merged with itself by its information is that model`() throws {
    let (model, configuration) = try (model("evaluation"), configuration("evaluation"))
    let information = try job().run(model, configuration: configuration, origin: "model")
    let recipe = try MergeWorld.recipe(
      """
      merge_method: fisher
      models: [{model: a, statistics: s}, {model: b, statistics: s, parameters: {weight: 3}}]
      """, isRaw: true)
    let run = try MergeRun(
      recipe, [model, model], statistics: [information], raw: .same, .keyed(seed: 0))
    for (own, wanted) in zip(
      try run.checkpoint().tensors.sorted { $0.name < $1.name },
      model.tensors.sorted { $0.name < $1.name })
    {
      for (own, wanted) in zip(try own.floats(), try wanted.floats()) {
        #expect(abs(own - wanted) <= 0x1p-23 * abs(wanted))
      }
    }
  }
}

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

  @Test func `each model is weighed by its own information`() throws {
    let (one, configuration) = try (model("evaluation"), configuration("evaluation"))
    let two = try Checkpoint.open(Fixtures.path("language_models/evaluation/candidate.safetensors"))
    let information = try [one, two].map {
      try job().run($0, configuration: configuration, origin: "model")
    }
    let recipe = try MergeWorld.recipe(
      """
      merge_method: fisher
      models: [{model: a, statistics: s}, {model: b, statistics: t, parameters: {weight: 3}}]
      """, isRaw: true)
    let run = try MergeRun(
      recipe, [one, two], statistics: information, raw: .same, .keyed(seed: 0))
    func floats(_ checkpoint: Checkpoint, _ name: String) throws -> [Double] {
      try #require(checkpoint.tensors.first { $0.name == name }).floats().map(Double.init)
    }
    for tensor in try run.checkpoint().tensors {
      let merged = try tensor.floats()
      let (x, y) = try (floats(one, tensor.name), floats(two, tensor.name))
      let (f, g) = try (
        floats(information[0], tensor.name), floats(information[1], tensor.name)
      )
      let floor = 1e-6 * (f + g).reduce(0, +) / Double(f.count + g.count)
      for index in merged.indices {
        let (a, b) = (f[index] + floor, 3 * (g[index] + floor))
        let wanted =
          a + b > 0 ? (a * x[index] + b * y[index]) / (a + b) : (x[index] + 3 * y[index]) / 4
        #expect(abs(Double(merged[index]) - wanted) <= 1e-6 * max(abs(x[index]), abs(y[index])))
      }
    }
  }

  @Test func `least squares weigh each model by its own moments`() throws {
    let (one, configuration) = try (model("evaluation"), configuration("evaluation"))
    let two = try Checkpoint.open(Fixtures.path("language_models/evaluation/candidate.safetensors"))
    let statistics = try [one, two].map { checkpoint in
      var job = CalibrationJob(tokenPattern: tokens)
      (job.sequenceLength, job.maximumTokenCount) = (64, 256)
      let loaded = try LoadedModel(checkpoint, configuration: configuration)
      return CalibrationFile.checkpoint(
        of: try job.run(loaded, job.plan(for: loaded)), origin: "model")
    }
    for (weights, wanted) in [((1, 0), one), ((0, 1), two)] {
      let recipe = try MergeWorld.recipe(
        """
        merge_method: regmean
        models:
          - {model: a, statistics: s, parameters: {weight: \(weights.0)}}
          - {model: b, statistics: t, parameters: {weight: \(weights.1)}}
        """, isRaw: true)
      let run = try MergeRun(
        recipe, [one, two], statistics: statistics, raw: .same, .keyed(seed: 0))
      for tensor in try run.checkpoint().tensors {
        let own = try #require(wanted.tensors.first { $0.name == tensor.name }).floats()
        let largest = own.map(abs).max() ?? 0
        for (merged, own) in zip(try tensor.floats(), own) {
          #expect(abs(merged - own) <= 1e-4 * largest, "\(tensor.name)")
        }
      }
    }
  }
}

import Checkpoints
import Diagnostics
import JSON
import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing
import YAML

@testable import Recipes

/// `Examples/recipes/record.yml` against the record's formulas in float64.
struct RecordRecipeTests {
  private let tensors: [String: Tensor]

  init() throws {
    tensors = try TensorDump.read(try Fixtures.bytes("quantization/record.dump"))
  }

  /// The names of the weights.
  private var names: [String] {
    tensors.keys.filter { name in
      ["moment", "q", "scale"].allSatisfy { !name.hasSuffix("." + $0) } && !name.contains(".lq")
    }.sorted()
  }

  /// The recipe, for matrices that are smaller than what it is meant for.
  private static func recipe() throws -> QuantizationRecipe {
    let path = Fixtures.path("../Examples/recipes/record.yml")
    let recipe = try QuantizationRecipe(
      try YAMLDocument(path: path, under: RecipeRules.malformed).json)
    let entries = recipe.entries.map { entry in
      QuantizationRecipe.Entry(
        pattern: entry.pattern == "*" ? "*.attn.*" : entry.pattern, method: entry.method,
        options: entry.options)
    }
    return QuantizationRecipe(entries, residual: recipe.residual)
  }

  private func checkpoint(_ names: [String]) throws -> Checkpoint {
    Checkpoint(
      format: "test",
      tensors: try names.map {
        NamedTensor(name: $0, content: .dense(try #require(tensors[$0])))
      })
  }

  private func statistics() throws -> [String: InputStatistics] {
    var statistics: [String: InputStatistics] = [:]
    for name in names {
      let moment = try #require(tensors[name + ".moment"])
      let bytes = moment.elementBytes ?? []
      statistics[name] = InputStatistics(
        secondMoment: Matrix(
          bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) },
          rowCount: moment.shape[0], columnCount: moment.shape[1]), rowCount: 1)
    }
    return statistics
  }

  private func quantized() throws -> Checkpoint {
    try QuantizationJob(
      try checkpoint(names), try Self.recipe(), statistics: try statistics()
    ).run(step: 1)
  }

  private func components(_ checkpoint: Checkpoint) throws -> [String: Tensor] {
    var components: [String: Tensor] = [:]
    for tensor in checkpoint.tensors {
      guard case .encoded(let encoded) = try tensor.content.resolved() else { continue }
      for part in encoded.components { components[part.name] = part.tensor }
    }
    return components
  }

  @Test func `codes, scales and residuals are those of the record's formulas`() throws {
    let found = try components(try quantized())
    let expected = tensors.filter { !names.contains($0.key) && !$0.key.hasSuffix(".moment") }
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (name, tensor) in expected {
      #expect(found[name]?.dtype == tensor.dtype && found[name]?.shape == tensor.shape, "\(name)")
      #expect(found[name]?.elementBytes == tensor.elementBytes, "\(name)")
    }
  }

  @Test(arguments: [OutputFormat.birdie, .safetensors])
  func `residuals come back from a file as they were`(format: OutputFormat) throws {
    let folder = try TemporaryFolder()
    let quantized = try quantized()
    var options = ConversionOptions()
    options.format = format
    options.codes = .keep
    _ = try quantized.convert(to: folder.path("out"), options)
    let read = try Checkpoint.open(folder.path("out"))
    let (first, second) = (try components(quantized), try components(read))
    #expect(first.keys.sorted() == second.keys.sorted())
    for (name, tensor) in first {
      #expect(second[name]?.elementBytes == tensor.elementBytes, "\(name)")
    }
    #expect(try read.compared(with: quantized).isWithin(0))
  }

  @Test func `of equal errors the first ones are mended`() throws {
    let moment = try #require(try statistics()["blocks.0.attn.c_q.weight"])
    let weight = try #require(tensors["blocks.0.attn.c_q.weight"])
    let names = ["b.attn.c", "a.attn.c", "c.attn.c", "d.attn.c", "0.attn.c"]
    let checkpoint = Checkpoint(
      format: "test", tensors: names.map { NamedTensor(name: $0, content: .dense(weight)) })
    let recipe = QuantizationRecipe(
      [.init(pattern: "*.attn.c", method: "gptq")], residual: .init(top: 2, rank: 1))
    let job = try QuantizationJob(
      checkpoint, recipe,
      statistics: Dictionary(uniqueKeysWithValues: names.map { ($0, moment) }))
    let kinds = try job.run(step: 1).tensors.map { tensor -> String? in
      guard case .encoded(let encoded) = tensor.content else { return nil }
      return encoded.encoding.kind
    }
    #expect(
      kinds == ["int6_row_lqer", "int6_row_lqer"] + [String?](repeating: "int6_row", count: 3))
  }

  @Test func `more residuals than tensors are one for each`() throws {
    var recipe = try Self.recipe()
    recipe.residual = .init(top: 100, rank: 1)
    let job = try QuantizationJob(try checkpoint(names), recipe, statistics: try statistics())
    let found = try components(try job.run(step: 1))
    #expect(found.keys.count { $0.contains(".lqAs") } == names.count)
  }

  @Test func `a method whose codes have no place for a residual is refused`() throws {
    var recipe = try Self.recipe()
    recipe.entries.append(.init(pattern: "*.mlp.fc.*", method: "nf4"))
    let job = try QuantizationJob(try checkpoint(names), recipe, statistics: try statistics())
    let rejection = #expect(throws: Rejection.self) { try job.run(step: 1) }
    #expect(rejection?.rule.id == "Q07")
    #expect(rejection?.place.tensor == "blocks.0.mlp.fc.weight")
  }
}

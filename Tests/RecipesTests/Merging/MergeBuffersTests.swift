import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

@testable import Recipes

/// Whole numbers, which are copied where they are the same in all models of a tensor.
struct MergeBuffersTests {
  /// A model with a buffer in each layer, of the layer's value.
  private func model(_ values: [UInt8], prefix: String = "h") throws -> Checkpoint {
    Checkpoint(
      format: "test",
      tensors: try values.enumerated().flatMap { layer, value in
        [
          NamedTensor(
            name: "\(prefix).\(layer).steps",
            content: .dense(Tensor([value], .u8, try #require(Shape([1]))))),
          NamedTensor(
            name: "\(prefix).\(layer).weight",
            content: .dense(Tensor([Float.zero], .f32, try #require(Shape([1]))))),
        ]
      })
  }

  private func merged(_ text: String, _ models: [Checkpoint]) throws -> [UInt8] {
    let run = try MergeRun(MergeWorld.recipe(text), models, .keyed(seed: 0))
    var values: [UInt8] = []
    for tensor in try run.checkpoint().tensors where tensor.name.hasSuffix("steps") {
      try tensor.content.forEachChunk { values += $0.copied() }
    }
    return values
  }

  @Test func `models of different slices may differ`() throws {
    let values = try merged(
      """
      merge_method: passthrough
      slices:
        - sources: [{model: a, layer_range: [0, 1]}]
        - sources: [{model: b, layer_range: [0, 1]}]
      """, [try model([1]), try model([2])])
    #expect(values == [1, 2])
  }

  private static let shifted = """
    merge_method: linear
    slices:
      - sources: [{model: a, layer_range: [0, 1]}, {model: b, layer_range: [1, 2]}]
    parameters: {weight: 1}
    """

  @Test(arguments: ["h", "transformer.h", "module.h"])
  func `layers that are merged are compared, whatever they are called`(prefix: String) throws {
    let first = try model([7, 8])
    #expect(try merged(Self.shifted, [first, try model([0, 7], prefix: prefix)]) == [7])
    let error = #expect(throws: Rejection.self) {
      try merged(Self.shifted, [first, try model([7, 0], prefix: prefix)])
    }
    #expect(error?.rule.id == "M06")
  }
}

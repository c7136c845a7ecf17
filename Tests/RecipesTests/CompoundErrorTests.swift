import LanguageModels
@testable import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

struct CompoundErrorTests {
  private static let windows = [[1, 5, 9, 2], [3, 3, 8, 1]]

  @Test(arguments: ["core_tied", "llama", "gpt2"])
  func `a model has no error against itself, layer by layer`(name: String) throws {
    let model = try ModelParts(name).open()
    let errors = CompoundError.along(model, reference: model, Self.windows)
    #expect(errors.count > 1 && errors.allSatisfy { $0.relativeSquare == 0 })
  }

  @Test func `what one layer adds is seen by those after it, and by none before`() throws {
    var parts = try ModelParts("llama")
    let reference = try parts.open()
    let name = "model.layers.0.mlp.down_proj.weight"
    let weight = try #require(parts.tensors[name])
    parts.tensors[name] = Tensor(
      weight.cast(to: .f32).floats.map { $0 * 1.25 }, weight.shape.dimensions)
    let errors = CompoundError.along(try parts.open(), reference: reference, Self.windows)
    #expect(errors.first?.layer == "model.layers.0" && errors.first?.relativeSquare == 0)
    #expect(errors.dropFirst().allSatisfy { $0.relativeSquare > 0 })
  }

  @Test func `relative squares are in decibels what they are in powers of ten`() {
    let error = CompoundError(layer: "a", repetition: 0, relativeSquare: 0.001)
    #expect(abs(error.signalToNoise - 30) < 1e-12)
  }
}

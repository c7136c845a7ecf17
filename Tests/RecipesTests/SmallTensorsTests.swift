@testable import Recipes
import Checkpoints
import TensorCore
import Testing

struct SmallTensorsTests {
  private func tensor(_ values: [Float], cast: DType = .f32) throws -> NamedTensor {
    let whole = NamedTensor(name: "a", content: .dense(Tensor(values, .f32, [values.count])))
    return NamedTensor(name: "a", content: .dense(try whole.cast(to: cast)))
  }

  @Test(arguments: [SmallTensors.bf16, .f16])
  func `values are those of the narrow type, and their type stays`(small: SmallTensors) throws {
    let tensor = try tensor([1, 1.0001, -3.14159, 1e-3])
    let stored = NamedTensor(name: "a", content: try small.content(of: tensor))
    #expect(stored.dtype == .f32)
    let expected = try NamedTensor(
      name: "a", content: .dense(tensor.cast(to: small == .bf16 ? .bf16 : .f16))
    ).floats()
    let values = try stored.floats()
    #expect(values == expected)
  }

  @Test func `what would become infinite, what is narrow already and what is kept stays`() throws {
    func stays(_ small: SmallTensors, _ tensor: NamedTensor) throws -> Bool {
      guard case .dense = try small.content(of: tensor) else { return false }
      return true
    }
    #expect(try stays(.f16, tensor([1, 70_000])))
    #expect(try stays(.bf16, tensor([1, 3.4e38])))
    #expect(try stays(.bf16, tensor([1, .nan])))
    #expect(try stays(.bf16, tensor([1, 2], cast: .f16)))
    #expect(try stays(.keep, tensor([1.0001])))
  }
}

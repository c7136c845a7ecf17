import TensorCore
import Testing

@testable import TensorOps

@Suite struct BinaryTests {
  /// NumPy's definition: an index of the result, with 0 where an operand's axis has extent 1.
  private static func expected(_ x: Tensor, _ y: Tensor, _ shape: [Int]) -> [Float] {
    func element(_ tensor: Tensor, _ index: [Int]) -> Float {
      let own = tensor.shape.dimensions
      var offset = 0
      for (extent, position) in zip(own, index.suffix(own.count)) {
        offset = offset * extent + (extent == 1 ? 0 : position)
      }
      return tensor.floats[offset]
    }
    return (0..<shape.reduce(1, *)).map { flat in
      var rest = flat
      var index = [Int](repeating: 0, count: shape.count)
      for axis in shape.indices.reversed() {
        index[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      return element(x, index) * element(y, index)
    }
  }

  private static func numbered(_ dimensions: [Int], from start: Float) -> Tensor {
    Tensor((0..<dimensions.reduce(1, *)).map { start + Float($0) }, dimensions)
  }

  @Test(arguments: [
    ([2, 3], [2, 3], [2, 3]), ([2, 3], [3], [2, 3]), ([3], [2, 3], [2, 3]),
    ([2, 3], [2, 1], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([4], [1], [4]), ([2, 3], [], [2, 3]),
    ([2, 2, 3], [2, 1, 3], [2, 2, 3]), ([2, 2, 3], [2, 2, 1], [2, 2, 3]),
    ([2, 1, 1], [1, 3, 1], [2, 3, 1]), ([5, 1], [5, 1], [5, 1]), ([0, 3], [3], [0, 3]),
    ([2, 17], [17], [2, 17]),
  ])
  func `operands broadcast as in NumPy`(first: [Int], second: [Int], result: [Int]) {
    let x = Self.numbered(first, from: 1)
    let y = Self.numbered(second, from: 100)
    let product = x * y
    #expect(product.shape.dimensions == result)
    #expect(product.floats == Self.expected(x, y, result))
  }
}

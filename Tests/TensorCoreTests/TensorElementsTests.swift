import TensorCore
import TestSupport
import Testing

/// Tensors made of arrays.
struct TensorElementsTests {
  @Test func `bytes are the array's, in order and little-endian`() {
    let tensor = Tensor([1, -2, 256] as [Int16], .i16, [3, 1])
    #expect(tensor.dtype == .i16 && tensor.shape.dimensions == [3, 1])
    #expect(tensor.elementBytes == [1, 0, 254, 255, 0, 1])
  }

  @Test func `a bit pattern stands for a type that Swift lacks`() {
    let tensor = Tensor([0x3f80] as [UInt16], .bf16, .vector(1))
    #expect(tensor.dtype == .bf16 && tensor.byteCount == 2)
  }

  @Test func `one element and no extents are a scalar`() {
    let tensor = Tensor([2.0], .f64, [])
    #expect(tensor.shape == .scalar && tensor.byteCount == 8)
  }

  @Test(arguments: [[0], [0, 4], [4, 0]])
  func `no elements fill a shape with an extent of zero`(dimensions: [Int]) {
    let tensor = Tensor([Float](), .f32, dimensions)
    #expect(tensor.shape.dimensions == dimensions && tensor.byteCount == 0)
  }
}

import TensorCore
import TensorOps
import Testing

@Suite struct CastTests {
  private static let types: [DType] = [.f32, .f16, .bf16, .f8e4m3, .f8e5m2]

  @Test(arguments: types, types)
  func `what a type holds exactly survives any cast that holds it too`(from: DType, to: DType) {
    // Halves up to 3.5 need two bits behind the leading one, which every type has.
    let values: [Float] = [0, 0.5, -1, 1.5, 2, -2.5, 3, 3.5]
    let cast = Tensor(values, [2, 4]).cast(to: from).cast(to: to)
    #expect(cast.dtype == to && cast.floats == values)
  }

  @Test func `beyond the largest number E4M3 has that number and E5M2 infinity`() {
    // What torch 2.15 gives.
    let values = Tensor([448, 464, 465, -1e6, 57_344, 61_440], [6])
    #expect(values.cast(to: .f8e4m3).floats == [448, 448, 448, -448, 448, 448])
    let wide = values.cast(to: .f8e5m2).floats
    #expect(wide == [448, 448, 448, -.infinity, 57_344, .infinity])
  }

  @Test func `doubles are computed in float32`() throws {
    let bytes = [1.5, -2.0].withUnsafeBytes { Array($0) }
    let doubles = try #require(Tensor(dtype: .f64, shape: .vector(2), storage: Storage(bytes)))
    for result in [doubles.applying(.negate), doubles * Tensor([-1, -1], [2])] {
      #expect(result.dtype == .f32 && result.floats == [-1.5, 2])
    }
    #expect(doubles.cast(to: .bf16).floats == [1.5, -2])
  }

  @Test func `operations on 8-bit floats are rounded to them`() {
    let small = Tensor([1.25, 3], [2]).cast(to: .f8e5m2)
    // 1.25² = 1.5625 lies between 1.5 and 1.75, 9 halfway between 8 and 10.
    let square = small.applying(.square)
    #expect(square.dtype == .f8e5m2 && square.floats == [1.5, 8])
  }
}

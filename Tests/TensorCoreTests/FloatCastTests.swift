import Diagnostics
import TensorCore
import Testing

struct FloatCastTests {
  private func cast(_ source: DType, _ target: DType, _ bytes: [UInt8]) throws -> [UInt8] {
    let cast = try #require(FloatCast(from: source, to: target))
    var result: [UInt8] = []
    try cast.convert(bytes.span.bytes) { chunk throws(Rejection) in result += chunk.copied() }
    return result
  }

  private func bytes<Value: BitwiseCopyable>(_ values: [Value]) -> [UInt8] {
    values.withUnsafeBytes { Array($0) }
  }

  @Test func `halves between two neighbours go to the even one`() throws {
    // 1 + 2⁻⁸ and 1 + 3·2⁻⁸ lie halfway between bfloat16 numbers.
    let halfway = bytes([Float(0x1.01p0), Float(0x1.03p0)])
    #expect(try cast(.f32, .bf16, halfway) == bytes([0x3F80, 0x3F82] as [UInt16]))
  }

  @Test func `what is too large for a half is infinite`() throws {
    #expect(try cast(.f32, .f16, bytes([Float(65_520)])) == bytes([0x7C00] as [UInt16]))
    #expect(try cast(.f32, .f16, bytes([Float(65_519)])) == bytes([0x7BFF] as [UInt16]))
  }

  @Test func `doubles are rounded to singles on the way`() throws {
    // 1 + 2⁻⁸ + 2⁻⁴⁰ is above the middle, but as a single it is the middle, which goes to even.
    let double = bytes([1 + 0x1p-8 + 0x1p-40])
    #expect(try cast(.f64, .bf16, double) == bytes([0x3F80] as [UInt16]))
  }

  @Test func `NaN stays NaN and infinity infinity`() throws {
    let values = bytes([Float.nan, .infinity, -.infinity])
    let halves = try cast(.f32, .bf16, values)
    #expect(try cast(.bf16, .f32, halves) == values)
  }

  @Test func `elements beyond one block arrive in order`() throws {
    let values = (0..<70_000).map { Float($0 % 251) }
    #expect(try cast(.bf16, .f32, try cast(.f32, .bf16, bytes(values))) == bytes(values))
  }

  @Test(arguments: [DType.i32, .bool, .c64, .f4])
  func `what is no real float is not cast`(dtype: DType) {
    #expect(FloatCast(from: dtype, to: .f32) == nil)
  }

  @Test func `an empty chunk gives nothing`() throws {
    #expect(try cast(.f16, .bf16, []).isEmpty)
  }
}

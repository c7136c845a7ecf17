import CKernels
import Testing

@Suite struct NarrowingTests {
  let fill: UInt16 = 0xDEAD

  @Test(arguments: instructionSets)
  func `float32 becomes the float16 that torch rounds it to`(isa: String) throws {
    var golden = try GoldenBytes("narrowing.bin")
    let count = golden.count / 8
    let bits = golden.next(count, UInt32.self)
    let expected = golden.next(count, UInt16.self)
    #expect(narrowed(bits, kernels(isa).f32_to_f16) == expected + [fill])
  }

  @Test(arguments: instructionSets)
  func `float32 becomes the bfloat16 that torch rounds it to`(isa: String) throws {
    var golden = try GoldenBytes("narrowing.bin")
    let count = golden.count / 8
    let bits = golden.next(count, UInt32.self)
    let expected = golden.next(count * 2, UInt16.self).suffix(count)
    #expect(narrowed(bits, kernels(isa).f32_to_bf16) == expected + [fill])
  }

  @Test(arguments: instructionSets)
  func `float32 becomes the float8 that torch rounds it to`(isa: String) throws {
    var golden = try GoldenBytes("narrowing8.bin")
    let count = golden.count / 6
    let bits = golden.next(count, UInt32.self)
    let table = kernels(isa)
    for narrow in [table.f32_to_f8_e4m3fn, table.f32_to_f8_e5m2] {
      var result = [UInt8](repeating: 0, count: count + 1)
      result[count] = 0xAD
      withUnaligned(bits) { narrow?(&result, $0, count) }
      #expect(result == golden.next(count, UInt8.self) + [0xAD])
    }
  }

  @Test(arguments: instructionSets)
  func `widening a float16 and narrowing it gives it back`(isa: String) {
    let numbers = (UInt16.min...UInt16.max).filter { $0 & 0x7FFF <= 0x7C00 }
    let wide = widened(numbers, kernels(isa).f16_to_f32).dropLast()
    #expect(narrowed(Array(wide), kernels(isa).f32_to_f16) == numbers + [fill])
  }

  @Test(arguments: fasterInstructionSets)
  func `random float32 bits become the portable halves`(isa: String) {
    let bits = mixedFloat32Bits(20_000)
    let table = kernels(isa)
    #expect(narrowed(bits, table.f32_to_f16) == narrowed(bits, portable.f32_to_f16))
    #expect(narrowed(bits, table.f32_to_bf16) == narrowed(bits, portable.f32_to_bf16))
  }

  @Test(arguments: fasterInstructionSets)
  func `a short row becomes the portable halves and no further`(isa: String) {
    let table = kernels(isa)
    for length in lengths {
      let bits = mixedFloat32Bits(length)
      #expect(narrowed(bits, table.f32_to_f16) == narrowed(bits, portable.f32_to_f16))
      #expect(narrowed(bits, table.f32_to_bf16) == narrowed(bits, portable.f32_to_bf16))
    }
  }

  @Test(arguments: instructionSets)
  func `double becomes the float that Swift rounds it to`(isa: String) {
    for length in lengths {
      let bits: [UInt64] = randomBits(length)
      // Bring most exponents into float32's range; keep some that overflow and underflow.
      let values = bits.map { Double(bitPattern: $0 & 0x87FF_FFFF_FFFF_FFFF | 0x3400 << 48) }
      let expected = values.map { Float($0).bitPattern }
      #expect(widened(values, kernels(isa).f64_to_f32) == expected + [0xDEAD_BEEF])
    }
  }

  @Test(arguments: fasterInstructionSets)
  func `a double NaN becomes the portable NaN`(isa: String) {
    let nans: [UInt64] = randomBits(64)
    let bits = nans.map { $0 | 0x7FF0_0000_0000_0001 }
    #expect(widened(bits, kernels(isa).f64_to_f32) == widened(bits, portable.f64_to_f32))
  }
}

import CKernels
import Testing

/// One 8-bit format: its golden file and its entry in a table.
struct Float8Format: Sendable, CustomTestStringConvertible {
  let name: String
  let widen: @Sendable (birdie_kernel_table) -> Widen8

  var testDescription: String { name }

  static let all = [
    Float8Format(name: "e4m3fn") { $0.f8_e4m3fn_to_f32 },
    Float8Format(name: "e5m2") { $0.f8_e5m2_to_f32 },
    Float8Format(name: "e4m3fnuz") { $0.f8_e4m3fnuz_to_f32 },
    Float8Format(name: "e5m2fnuz") { $0.f8_e5m2fnuz_to_f32 },
    Float8Format(name: "e8m0") { $0.f8_e8m0_to_f32 },
  ]
}

@Suite struct WideningTests {
  let everyUInt16 = Array(UInt16.min...UInt16.max)
  let everyUInt8 = Array(UInt8.min...UInt8.max)
  let fill: UInt32 = 0xDEAD_BEEF

  @Test(arguments: instructionSets, Float8Format.all)
  func `every float8 code has the bits that torch gives it`(
    isa: String, format: Float8Format
  ) throws {
    var golden = try GoldenBytes("f8_\(format.name).bin")
    let expected = golden.next(256, UInt32.self)
    #expect(widened(everyUInt8, format.widen(kernels(isa))) == expected + [fill])
  }

  @Test(arguments: instructionSets)
  func `float16 codes have the bits that torch gives them`(isa: String) throws {
    var golden = try GoldenBytes("f16.bin")
    let codes = golden.next(4096, UInt16.self)
    let expected = golden.next(4096, UInt32.self)
    #expect(widened(codes, kernels(isa).f16_to_f32) == expected + [fill])
  }

  @Test(arguments: fasterInstructionSets)
  func `every float16 pattern has the portable bits`(isa: String) {
    let expected = widened(everyUInt16, portable.f16_to_f32)
    #expect(widened(everyUInt16, kernels(isa).f16_to_f32) == expected)
  }

  @Test(arguments: instructionSets)
  func `every bfloat16 pattern is the upper half of its float32`(isa: String) {
    let expected = everyUInt16.map { UInt32($0) << 16 }
    #expect(widened(everyUInt16, kernels(isa).bf16_to_f32) == expected + [fill])
  }

  @Test(arguments: instructionSets)
  func `a short float16 row is written whole and no further`(isa: String) {
    let all = widened(everyUInt16, portable.f16_to_f32)
    for length in lengths {
      let start = 0x7BF0 - length
      let row = widened(Array(everyUInt16[start..<start + length]), kernels(isa).f16_to_f32)
      #expect(row == Array(all[start..<start + length]) + [fill])
    }
  }

  @Test(arguments: instructionSets)
  func `a short bfloat16 row is written whole and no further`(isa: String) {
    for length in lengths {
      let row: [UInt16] = randomBits(length)
      let expected = row.map { UInt32($0) << 16 }
      #expect(widened(row, kernels(isa).bf16_to_f32) == expected + [fill])
    }
  }

  @Test(arguments: instructionSets, Float8Format.all)
  func `a short float8 row is written whole and no further`(isa: String, format: Float8Format) {
    let all = widened(everyUInt8, format.widen(portable))
    for length in lengths {
      let row = widened(Array(everyUInt8[..<length]), format.widen(kernels(isa)))
      #expect(row == Array(all[..<length]) + [fill])
    }
  }
}

import CKernels
import Testing

@Suite struct ArithmeticTests {
  let fill: UInt32 = 0xDEAD_BEEF

  @Test(arguments: instructionSets, [1, 0.1, -3.7e-3, 0x1p-140, 3e38] as [Float])
  func `a scaled code is the product rounded once`(isa: String, scale: Float) {
    let codes = Array(Int8.min...Int8.max)
    for length in Array(lengths) + [256] {
      let row = float32Bits(length) { kernels(isa).scale_i8($0, codes, scale, length) }
      // Exact in double, so this rounds once too.
      let expected = codes[..<length].map { Float(Double($0) * Double(scale)).bitPattern }
      #expect(row == expected + [fill])
    }
  }

  @Test(arguments: instructionSets)
  func `a fused row update keeps what rounding the product would lose`(isa: String) {
    let factor = 1 + Float.ulpOfOne
    for length in 1...67 {
      let other = [Float](repeating: factor, count: length)
      let row = float32Bits(length) { row in
        row.update(repeating: -(1 + 2 * Float.ulpOfOne), count: length)
        kernels(isa).fma_row(row, factor, other, length)
      }
      // (1 + u)² - (1 + 2u) = u²
      let expected = (Float.ulpOfOne * Float.ulpOfOne).bitPattern
      #expect(row == [UInt32](repeating: expected, count: length) + [fill])
    }
  }

  @Test(arguments: instructionSets)
  func `a fused row update is Swift's addingProduct`(isa: String) {
    let b = mixedFloat32Bits(1003).map(Float.init(bitPattern:))
    let start = b.reversed().map { $0 }
    for factor in [1.5, -0.1, 1e-30, .infinity] as [Float] {
      let row = float32Bits(b.count) { row in
        row.update(from: start, count: b.count)
        kernels(isa).fma_row(row, factor, b, b.count)
      }
      let expected = zip(start, b).map { $0.addingProduct(factor, $1).bitPattern }
      #expect(withoutPayloads(row) == withoutPayloads(expected + [fill]))
    }
  }

  @Test(arguments: instructionSets)
  func `a sum of rows is Swift's sum`(isa: String) {
    for length in lengths {
      let a = mixedFloat32Bits(length).map(Float.init(bitPattern:))
      let b: [Float] = a.reversed()
      let row = float32Bits(length) { kernels(isa).add_f32($0, a, b, length) }
      let expected = zip(a, b).map { ($0 + $1).bitPattern }
      #expect(withoutPayloads(row) == withoutPayloads(expected + [fill]))
    }
  }

  @Test(arguments: instructionSets)
  func `a sum may be written over its first term`(isa: String) {
    let ones = [Float](repeating: 1, count: 67)
    let row = float32Bits(67) { row in
      row.update(repeating: 2, count: 67)
      kernels(isa).add_f32(row, row, ones, 67)
    }
    #expect(row == [UInt32](repeating: Float(3).bitPattern, count: 67) + [fill])
  }
}

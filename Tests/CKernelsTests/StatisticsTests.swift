import CKernels
import Testing

/// The facets of statistics that tests compare, floats by their bits.
struct Summary: Equatable {
  var counts: [UInt64]
  var extremes: [UInt32]
  var sums: [UInt64]

  init(_ bits: [UInt32], _ isa: String, calls: [Int] = []) {
    var stats = birdie_stats()
    birdie_stats_init(&stats)
    var start = 0
    withUnaligned(bits) { from in
      for end in calls + [bits.count] {
        kernels(isa).stats_f32(from + 4 * start, end - start, &stats)
        start = end
      }
    }
    counts = [stats.count, stats.nan_count, stats.inf_count, stats.zero_count]
    extremes = [stats.minimum, stats.maximum, stats.absolute_maximum].map(\.bitPattern)
    sums = [birdie_stats_sum(&stats), birdie_stats_sum_of_squares(&stats)].map(\.bitPattern)
  }

  init(_ values: [Float], _ isa: String) {
    self.init(values.map(\.bitPattern), isa)
  }
}

@Suite struct StatisticsTests {
  typealias Count =
    @convention(c) (
      UnsafeRawPointer?, Int, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int>?
    ) -> Void

  func nonfinite<Bits>(_ bits: [Bits], _ count: Count) -> [Int] {
    var nan = 100
    var inf = 1000
    withUnaligned(bits) { count($0, bits.count, &nan, &inf) }
    return [nan - 100, inf - 1000]
  }

  @Test(arguments: instructionSets)
  func `of all 16-bit patterns two are infinite and the NaNs fill the rest of the top exponent`(
    isa: String
  ) {
    let every = Array(UInt16.min...UInt16.max)
    #expect(nonfinite(every, kernels(isa).count_nonfinite_f16) == [2 * 1023, 2])
    #expect(nonfinite(every, kernels(isa).count_nonfinite_bf16) == [2 * 127, 2])
  }

  @Test(arguments: instructionSets)
  func `NaNs and infinities are counted at every length`(isa: String) {
    for length in lengths {
      let singles = mixedFloat32Bits(length)
      let halves = singles.map { UInt16($0 >> 16) }
      let floats = singles.map(Float.init(bitPattern:))
      let doubles = floats.map { Double($0).bitPattern }
      let expected = [floats.count(where: \.isNaN), floats.count(where: \.isInfinite)]
      #expect(nonfinite(singles, kernels(isa).count_nonfinite_f32) == expected)
      #expect(nonfinite(doubles, kernels(isa).count_nonfinite_f64) == expected)
      let inHalves = nonfinite(halves, kernels(isa).count_nonfinite_bf16)
      #expect(inHalves == nonfinite(halves, portable.count_nonfinite_bf16))
    }
  }

  @Test(arguments: instructionSets)
  func `statistics of small integers are exact`(isa: String) {
    let values = (-100...99).map(Float.init) + [.nan, .infinity, -0.0, -.nan]
    let summary = Summary(values, isa)
    #expect(summary.counts == [204, 2, 1, 2])
    #expect(summary.extremes == [-100, .infinity, .infinity].map(\Float.bitPattern))
    // -100 is the one term without its opposite; Σ k² = n (n + 1) (2n + 1) / 6 on either side.
    let squares = 100.0 * 101 * 201 / 6 + 99.0 * 100 * 199 / 6
    #expect(summary.sums == [(-100.0).bitPattern, squares.bitPattern])
  }

  @Test(arguments: instructionSets)
  func `statistics of nothing have no extremes`(isa: String) {
    let summary = Summary([Float](), isa)
    #expect(summary.counts == [0, 0, 0, 0])
    #expect(summary.extremes == [.infinity, -.infinity, 0].map(\Float.bitPattern))
    #expect(summary.sums == [0, 0])
  }

  @Test(arguments: instructionSets)
  func `the extremes of negative zeros are positive zeros`(isa: String) {
    for length in 1...17 {
      let summary = Summary([Float](repeating: -0.0, count: length), isa)
      #expect(summary.extremes == [0, 0, 0])
      #expect(summary.sums == [0, 0])
    }
  }

  @Test(arguments: instructionSets)
  func `values eight apart are added before their neighbours`(isa: String) {
    // One after the other this gives 0: 1 is lost beside 2¹⁰⁰.
    let values: [Float] = [0x1p100, 1, 0, 0, 0, 0, 0, 0, -0x1p100]
    #expect(Summary(values, isa).sums[0] == 1.0.bitPattern)
  }

  @Test(arguments: fasterInstructionSets)
  func `statistics have the portable bits at every length`(isa: String) {
    for length in Array(lengths) + [5003] {
      let bits = mixedFloat32Bits(length)
      #expect(Summary(bits, isa) == Summary(bits, "portable"))
    }
  }

  @Test(arguments: instructionSets)
  func `statistics do not depend on how values were split into calls`(isa: String) {
    let bits = mixedFloat32Bits(301)
    let whole = Summary(bits, isa)
    #expect(Summary(bits, isa, calls: [1, 2, 10, 10, 18, 63, 200, 299]) == whole)
    #expect(Summary(bits, isa, calls: [8, 16, 57]) == whole)
  }
}

import CKernels
import Testing

struct MergingKernelTests {
  // C++ demands the ten thousandth number of the default seed (ISO 14882, [rand.predef]).
  @Test func `the Mersenne twister gives its authors' numbers, however they are drawn`() {
    var (whole, parts, passing) = (birdie_mt19937(), birdie_mt19937(), birdie_mt19937())
    birdie_mt19937_init(&whole, 5489)
    birdie_mt19937_init(&parts, 5489)
    birdie_mt19937_init(&passing, 5489)
    var numbers = [UInt32](repeating: 0, count: 10_000)
    birdie_mt19937_fill(&whole, &numbers, numbers.count)
    #expect(numbers[0] == 3_499_211_612 && numbers[9999] == 4_123_659_995)
    var again: [UInt32] = []
    for count in [1, 623, 624, 625, 1, 8126] {
      var part = [UInt32](repeating: 0, count: count)
      birdie_mt19937_fill(&parts, &part, count)
      again += part
    }
    #expect(again == numbers)
    var last: UInt32 = 0
    birdie_mt19937_fill(&passing, nil, 9999)
    birdie_mt19937_fill(&passing, &last, 1)
    #expect(last == 4_123_659_995)
  }

  @Test(arguments: [0, 1, 2, 100, 5000])
  func `ranks are those of a stable sort by magnitude`(count: Int) {
    var state: UInt32 = 1
    let values = (0..<(2 * count)).map { _ -> Float in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int32(bitPattern: state) >> 20) / 64
    }
    for stride in [1, 2] {
      var ranks = [UInt32](repeating: 0, count: count)
      var workspace = [UInt64](repeating: 0, count: 2 * count)
      birdie_rank_magnitudes(&ranks, values, count, stride, &workspace)
      let order = (0..<count).sorted {
        (abs(values[$0 * stride]), $0) < (abs(values[$1 * stride]), $1)
      }
      #expect(order.indices.allSatisfy { Int(ranks[order[$0]]) == $0 })
    }
  }
}

/// The kernels of merging, each table beside what its definition says in Swift.
struct MergingTableTests {
  /// Numbers of every kind, also ones that are equal.
  let x = mixedFloat32Bits(67).map { Float(bitPattern: $0) }
  let y = mixedFloat32Bits(134).suffix(67).map { Float(bitPattern: $0) }

  @Test(arguments: instructionSets)
  func `a weighted mean adds fused products and divides`(isa: String) {
    for count in lengths {
      let weights: [Float] = count % 2 == 0 ? [0.3, -1.7] : [-1e-30, -0.0]
      let expected = (0..<count).map { index -> UInt32 in
        let first = Float(0).addingProduct(weights[0], x[index])
        return (first.addingProduct(weights[1], y[index]) / 1.4).bitPattern
      }
      let bits = float32Bits(count) { target in
        withPointers([x, y]) {
          kernels(isa).weighted_mean(target, $0, weights, 2, 1.4, count)
        }
      }
      #expect(withoutPayloads(bits.dropLast()) == withoutPayloads(expected))
      #expect(bits.last == 0xDEAD_BEEF)
    }
  }

  @Test(arguments: instructionSets)
  func `products and sums of vectors are double's, rounded once`(isa: String) {
    let (a, b, base) = (finite(1), finite(2), finite(3))
    for count in lengths {
      for offset in [base, nil] {
        var lanes = [Double](repeating: 0, count: 8)
        var expected: [UInt32] = []
        for index in 0..<count {
          let zero = Double(offset?[index] ?? 0)
          let (first, second) = (Double(a[index]) - zero, Double(b[index]) - zero)
          lanes[index % 8] += first * second
          expected.append(Float(zero + 0.25 * first + -3 * second).bitPattern)
        }
        #expect(kernels(isa).product(a, b, offset, count) == lanes.reduce(0, +))
        let bits = float32Bits(count) { target in
          withPointers([a, x, b]) {
            kernels(isa).add_vectors(target, offset, $0, [0.25, 0, -3], 3, count)
          }
        }
        #expect(bits == expected + [0xDEAD_BEEF])
      }
    }
  }

  @Test(arguments: instructionSets)
  func `what is gathered has a magnitude in the range, in order`(isa: String) {
    let magnitudes = x.map { $0.bitPattern & 0x7FFF_FFFF }
    let ranges: [(UInt32, UInt32)] = [(1, 0x7FFF_FFFF), (0, 0), (0x3F80_0000, 0x7F80_0000)]
    for (low, high) in ranges {
      for count in lengths {
        let inside = magnitudes[..<count].filter { (low...high).contains($0) }
        var target = [Float](repeating: 7, count: count)
        var smaller = 5
        let taken = kernels(isa).gather_magnitudes(&target, x, count, low, high, &smaller)
        #expect(target[..<taken].map(\.bitPattern) == inside)
        #expect(smaller == 5 + magnitudes[..<count].count { $0 < low })
      }
    }
  }

  @Test(arguments: instructionSets)
  func `of elements equal to a bound the first are kept, as many as are left`(isa: String) {
    let numbers: [Float] = (0..<100).map { Float($0 % 7 - 3) }
    let magnitude = { (number: Float) in number.bitPattern & 0x7FFF_FFFF }
    for (lowLeft, highLeft) in [(UInt64.max, UInt64.max), (0, 0), (4, .max), (40, 3)] {
      var range = birdie_magnitude_range(
        low: magnitude(1), high: magnitude(3), low_left: lowLeft, high_left: highLeft)
      var left = [Float(1): lowLeft, 3: highLeft]
      let expected = numbers.map { number -> Float in
        guard let some = left[abs(number)] else { return number * (abs(number) == 2 ? 1 : 0) }
        left[abs(number)] = some == 0 || some == .max ? some : some - 1
        return number * (some > 0 ? 1 : 0)
      }
      var target = [Float](repeating: 9, count: 100)
      // In two calls, the second of which goes on with what is left.
      for part in [0..<45, 45..<100] {
        target.withUnsafeMutableBufferPointer { target in
          numbers.withUnsafeBufferPointer { numbers in
            guard let to = target.baseAddress, let from = numbers.baseAddress else { return }
            kernels(isa).keep_magnitudes(
              to + part.lowerBound, from + part.lowerBound, part.count, &range)
          }
        }
      }
      #expect(target.map(\.bitPattern) == expected.map(\.bitPattern))
      // All stay all, however many were there.
      #expect((range.low_left == .max) == (lowLeft == .max))
      #expect((range.high_left == .max) == (highLeft == .max))
    }
  }

  @Test(arguments: fasterInstructionSets)
  func `signs, variances, energies and elections are the portable ones`(isa: String) {
    let (a, b, base) = (finite(1), finite(2), finite(3))
    let mask = a.map { $0 > 0 ? $0 : 0 }
    for count in lengths {
      let tables = [portable, kernels(isa)]
      #expect(tables[0].sum_magnitudes(a, count) == tables[1].sum_magnitudes(a, count))
      #expect(tables[0].energy(a, base, mask, count) == tables[1].energy(a, base, mask, count))
      func same(_ body: (birdie_kernel_table, UnsafeMutablePointer<Float>) -> Void) -> Bool {
        let results = tables.map { table in float32Bits(count) { body(table, $0) } }
        return withoutPayloads(results[0]) == withoutPayloads(results[1])
      }
      #expect(
        same { table, target in
          withPointers([a, b]) { table.variance(target, $0, 2, count) }
        })
      #expect(
        same { table, target in
          withPointers([a, b]) { models in
            withPointers([mask, b]) { masked in
              table.elect(target, base, models, masked, [0.25, 0.75], 2, count)
            }
          }
        })
      #expect(
        same { table, target in
          var shares = [Float](repeating: 0, count: count)
          target.update(repeating: 1, count: count)
          table.add_agreeing(target, &shares, x, y, 0.5, count)
          table.add_agreeing(target, &shares, y, x, 0.25, count)
        })
      let draws: [UInt32] = randomBits(count)
      #expect(same { table, target in table.keep_drawn(target, x, draws, 0.4, count) })
    }
  }

  @Test(arguments: instructionSets)
  func `Philox gives the numbers of its blocks from any place on`(isa: String) {
    let first: UInt64 = 4 * UInt64(UInt32.max) - 41  // the counter passes 2^32 on the way
    for (offset, count) in [(0, 0), (0, 1), (1, 2), (3, 32), (2, 35), (0, 64), (1, 200)] {
      let expected = (0..<count).map { index -> UInt32 in
        let place = first + UInt64(offset + index)
        var block = [UInt32](repeating: 0, count: 4)
        birdie_philox_block(&block, place / 4, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)
        return block[Int(place % 4)]
      }
      var draws = [UInt32](repeating: 0, count: count)
      kernels(isa).philox_fill(
        &draws, count, first + UInt64(offset), 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)
      #expect(draws == expected)
    }
  }

  private func finite(_ seed: Int) -> [Float] {
    let bits: [UInt32] = randomBits(67 * seed).suffix(67)
    return bits.map { Float(Int32(bitPattern: $0)) * 0x1p-31 }
  }

  private func withPointers<Result>(
    _ arrays: [[Float]], _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Result
  ) -> Result {
    let rooms = arrays.map { array in
      let room = UnsafeMutablePointer<Float>.allocate(capacity: array.count)
      room.initialize(from: array, count: array.count)
      return room
    }
    defer { for room in rooms { room.deallocate() } }
    return body(rooms.map { UnsafePointer<Float>?($0) })
  }
}

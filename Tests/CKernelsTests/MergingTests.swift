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

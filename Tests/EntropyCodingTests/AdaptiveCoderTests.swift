@testable import EntropyCoding
import Diagnostics
import TestSupport
import Testing

struct AdaptiveCoderTests {
  @Test func `what is written is read back`() throws {
    var encoder = AdaptiveEncoder()
    let numbers = [0, 1, 2, 3, 255, 256, 65_535, 1 << 40, .max - 1, 0, 0, 7]
    for number in numbers { encoder.number(number, 1) }
    for number in [0, -1, 1, -128, 127, -(1 << 30)] { encoder.signed(number, 2) }
    for value in [0, 1, 65_535] { encoder.uniform(value, below: 65_536) }
    encoder.uniform(0, below: 1)
    encoder.flag(true, 3)
    for text in ["", "blocks.0", "é", "blocks.0", "e\u{301}"] { encoder.word(text) }
    encoder.checksum(0xDEAD_BEEF)
    var decoder = AdaptiveDecoder(encoder.finish())
    for number in numbers { #expect(try decoder.number(1) == number) }
    for number in [0, -1, 1, -128, 127, -(1 << 30)] { #expect(try decoder.signed(2) == number) }
    for value in [0, 1, 65_535] { #expect(try decoder.uniform(below: 65_536) == value) }
    #expect(try decoder.uniform(below: 1) == 0)
    #expect(try decoder.flag(3))
    for text in ["", "blocks.0", "é", "blocks.0", "e\u{301}"] {
      #expect(try Array(decoder.word().utf8) == Array(text.utf8))
    }
    #expect(try decoder.checksum() == 0xDEAD_BEEF)
  }

  @Test(arguments: 1...200)
  func `a carry reaches any number of bytes`(seed: Int) throws {
    // Values near the top of their range push `low` against its end.
    var random = SplitMix(state: UInt64(seed))
    let values = (0..<300).map { _ in
      random.next() % 4 == 0 ? Int(random.next() % 65_536) : 65_535 - Int(random.next() % 2)
    }
    var encoder = AdaptiveEncoder()
    for value in values { encoder.uniform(value, below: 65_536) }
    var decoder = AdaptiveDecoder(encoder.finish())
    for value in values { #expect(try decoder.uniform(below: 65_536) == value) }
  }

  @Test func `digits beyond the limit are zeros`() throws {
    var encoder = AdaptiveEncoder()
    encoder.number(0b1011_0000 - 1, 1, digitLimit: 3)
    var decoder = AdaptiveDecoder(encoder.finish())
    #expect(try decoder.number(1, digitLimit: 3) == 0b1011_0000 - 1)
  }

  @Test func `a bit that is always the same costs next to nothing`() {
    var encoder = AdaptiveEncoder()
    for _ in 0..<10_000 { encoder.flag(true, 1) }
    // 10,000 · log2(65536 / 65281) = 56 bits, and some 10 while it is learnt.
    #expect(encoder.finish().count < 16)
  }

  @Test func `reading beyond the end is an error, not a loop`() {
    var decoder = AdaptiveDecoder([0xFF, 0xFF, 0xFF, 0xFF])
    let error = #expect(throws: Rejection.self) {
      for _ in 0..<100_000 { _ = try decoder.uniform(below: 256) }
    }
    #expect(error?.rule == EntropyRules.damagedDescription)
  }

  @Test func `a number beyond its limit is refused`() {
    var encoder = AdaptiveEncoder()
    encoder.number(8, 1)
    var decoder = AdaptiveDecoder(encoder.finish())
    let error = #expect(throws: Rejection.self) { try decoder.number(1, limit: 7) }
    #expect(error?.rule == EntropyRules.damagedDescription)
  }
}

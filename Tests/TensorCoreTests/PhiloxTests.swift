import Testing

@testable import TensorCore

@Suite struct PhiloxTests {
  /// The known answers that come with Random123, its authors' implementation.
  @Test(arguments: [
    (0 as UInt32, 0 as UInt32, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]),
    (0xffff_ffff, 0xffff_ffff, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
  ])
  func `blocks are those of the reference implementation`(
    counter: UInt32, key: UInt32, expected: [UInt32]
  ) {
    let counters = [UInt32](repeating: counter, count: 4)
    #expect(Philox.block(counter: counters, key: (key, key)) == expected)
  }

  @Test func `bounded numbers stay below their bound and reach all of it`() {
    var random = Philox(seed: 7)
    let drawn = Set((0..<400).map { _ in random.next(below: 10) })
    #expect(drawn == Set(0..<10))
  }

  @Test func `streams of one seed differ, and a stream repeats`() {
    var (a, b, c) = (Philox(seed: 1), Philox(seed: 1, stream: 1), Philox(seed: 1))
    let first = (0..<8).map { _ in a.next() }
    #expect(first != (0..<8).map { _ in b.next() })
    #expect(first == (0..<8).map { _ in c.next() })
  }
}

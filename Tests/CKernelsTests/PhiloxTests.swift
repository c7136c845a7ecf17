import CKernels
import Testing

struct PhiloxTests {
  /// The known answers that come with Random123, its authors' implementation.
  @Test(arguments: [
    (0 as UInt64, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]),
    (.max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
  ])
  func `blocks are those of the reference implementation`(word: UInt64, expected: [UInt32]) {
    var block = [UInt32](repeating: 0, count: 4)
    birdie_philox_block(&block, word, word, word)
    #expect(block == expected)
  }
}

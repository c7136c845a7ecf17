import Testing

@testable import ByteCodecs

struct ZPAQTableTests {
  /// The sums that the reference implementation asserts over its own tables.
  @Test func `the logistic tables have the sums of the reference implementation`() {
    let stretches = (0..<32768).reversed().reduce(UInt32(0)) { sum, index in
      sum &* 3 &+ UInt32(bitPattern: Int32(ZPAQTables.stretch(index)))
    }
    let squashes = (0..<4096).reversed().reduce(UInt32(0)) { sum, index in
      sum &* 3 &+ UInt32(bitPattern: Int32(ZPAQTables.squash(index)))
    }
    #expect(stretches == 3_887_533_746)
    #expect(squashes == 2_278_286_169)
  }
}

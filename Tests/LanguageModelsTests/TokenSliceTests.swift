import LanguageModels
import Testing

struct TokenSliceTests {
  private let slice = TokenSlice<[UInt16]>(Array(0..<100), 40..<60)

  @Test func `a slice has the tokens of its range and no others`() throws {
    #expect(slice.tokenCount == 20)
    let tokens = try slice.tokens(in: 5..<8)
    #expect(tokens == [45, 46, 47])
    #expect(slice.inSource(5..<8) == 45..<48)
  }
}

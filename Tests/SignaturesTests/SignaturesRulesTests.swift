import Diagnostics
import Testing
import Signatures

struct SignaturesRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = SignaturesRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

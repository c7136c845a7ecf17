import Diagnostics
import Testing
import Xet

struct XetRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = XetRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

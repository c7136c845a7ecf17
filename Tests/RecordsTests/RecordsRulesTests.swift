import Diagnostics
import Testing
import Records

struct RecordsRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = RecordsRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

import Diagnostics
import Publishing
import Testing

struct PublishingRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = PublishingRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

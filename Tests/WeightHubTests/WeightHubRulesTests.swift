import Diagnostics
import Testing
import WeightHub

struct WeightHubRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = WeightHubRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

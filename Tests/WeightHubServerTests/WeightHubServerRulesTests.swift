import Diagnostics
import Testing
import WeightHubServer

struct WeightHubServerRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = WeightHubServerRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

import Diagnostics
import LanguageModels
import Testing

struct LanguageModelRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = LanguageModelRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}

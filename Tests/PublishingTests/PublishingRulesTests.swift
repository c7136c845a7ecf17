import Diagnostics
import Publishing
import Testing

struct PublishingRulesTests {
  /// Where a test breaks each rule and asks for it by its name.
  private static let provoked = [
    "L01": "RecordPackageTests: a record without weights is nothing to share",
    "L02": "RecordPackageTests: two files do not get one name",
    "L03": "RecordPackageTests: a record without a track asks for one",
    "L04": "HubTests: without a folder for temporary files nothing is prepared",
  ]

  @Test func `rule ids are unique and in order`() {
    let ids = PublishingRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }

  @Test func `every rule is broken by a test`() {
    #expect(Self.provoked.keys.sorted() == PublishingRules.all.map(\.id))
  }
}

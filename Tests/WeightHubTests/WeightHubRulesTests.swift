import Diagnostics
import Testing
import WeightHub

struct WeightHubRulesTests {
  /// Where a test breaks each rule and asks for it by its name.
  private static let provoked = [
    "W01": "RefusalTests: what does not pass is tried six times",
    "W02": "RecordedHubTests: a gated repository is told in the Hub's words",
    "W03": "RecordedHubTests: a repository that nobody shows is not found",
    "W04": "RecordedHubTests: a page instead of JSON makes no sense",
    "W05": "RecordedHubTests: other bytes of the right length are refused and not kept",
    "W06": "RefusalTests: a commit that somebody overtook is stale",
    "W07": "RefusalTests: a commit that the Hub does not like is refused in its words",
    "W08": "RefusalTests: a cache that is a file cannot be used",
    "W09": "AddressTests: what names no repository is refused",
    "W10": "CacheTests: an empty cache has nothing to offer offline",
    "W11": "RefusalTests: a listing that leads elsewhere is refused, and nothing is downloaded",
    "W12": "CacheTests: two do not write one part",
  ]

  @Test func `rule ids are unique and in order`() {
    let ids = WeightHubRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }

  @Test func `every rule is broken by a test`() {
    #expect(Self.provoked.keys.sorted() == WeightHubRules.all.map(\.id))
  }
}

import Diagnostics
import Testing
import WeightHubServer

struct WeightHubServerRulesTests {
  /// Where a test breaks each rule and asks for it by its name.
  private static let provoked = [
    "Y01": "ContentStoreTests: a folder of something else is left alone",
    "Y02": "ContentStoreTests: a folder that cannot be made is an error of the disk",
    "Y03": "ContentStoreTests: a xorb of another hash is refused, and nothing of it is kept",
    "Y04": "ContentStoreTests: a file of a xorb that is not here is refused",
    "Y05": "GitTests: a path that leads elsewhere is refused",
    "Y06": "ContentStoreTests: a second process does not get the folder",
    "Y07": "RequestTests: a line that is no token starts no server",
    "Y08": "RequestTests: a server without tokens is for this machine alone",
    "Y09": "RequestTests: front matter that is no YAML is refused under its own rule",
    "Y10": "ContentStoreTests: a disk without room is told from a broken one",
  ]

  @Test func `rule ids are unique and in order`() {
    let ids = WeightHubServerRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }

  @Test func `every rule is broken by a test`() {
    #expect(Self.provoked.keys.sorted() == WeightHubServerRules.all.map(\.id))
  }
}

import TestSupport
import Testing

@testable import WeightHubServer

struct SiteRouteTests {
  private static func name(_ kind: RepositoryKind = .model) throws -> RepositoryName {
    try #require(RepositoryName(kind, "a", "b"))
  }

  @Test func `paths without a repository are of the site`() {
    #expect(SiteRoute([]) == .collection(nil, namespace: nil))
    #expect(SiteRoute(["datasets"]) == .collection(.dataset, namespace: nil))
    #expect(SiteRoute(["ann"]) == .collection(nil, namespace: "ann"))
    #expect(SiteRoute(["leaderboard"]) == .leaderboard)
    #expect(SiteRoute(["compare"]) == .comparison)
  }

  @Test func `paths below a repository are its pages`() throws {
    let name = try Self.name()
    #expect(SiteRoute(["a", "b"]) == .repository(name, .overview))
    #expect(
      SiteRoute(["a", "b", "tree", "refs/pr/1", "c", "d"])
        == .repository(name, .folder(revision: "refs/pr/1", path: "c/d")))
    #expect(
      SiteRoute(["a", "b", "blob", "main", "c"])
        == .repository(name, .file(revision: "main", path: "c")))
    #expect(SiteRoute(["a", "b", "commits", "v1"]) == .repository(name, .history("v1")))
    #expect(SiteRoute(["a", "b", "discussions", "3"]) == .repository(name, .discussion(3)))
    #expect(SiteRoute(["a", "b", "record"]) == .repository(name, .record(path: "")))
    #expect(SiteRoute(["a", "b", "record", "r", "s"]) == .repository(name, .record(path: "r/s")))
    #expect(try SiteRoute(["spaces", "a", "b"]) == .repository(Self.name(.space), .overview))
  }

  @Test(arguments: [
    ["a", "b", "nothing"], ["a", "b", "discussions", "x"], ["a", "b", "discussions", "0"],
    ["<script>"], [".."], ["a", "<b>"], ["a", "b", "blob", "main"], ["a", "b", "commit"],
  ])
  func `what names nothing has no page`(parts: [String]) { #expect(SiteRoute(parts) == nil) }

  @Test func `a record is named by its repository, a revision and its folder`() throws {
    let plain = try #require(RecordArgument("a/b/r/s"))
    #expect(plain.name.id == "a/b" && plain.revision == "main" && plain.path == "r/s")
    let other = try #require(RecordArgument("datasets/a/b@v1"))
    #expect(other.name.path == "datasets/a/b" && other.revision == "v1" && other.path == "")
  }

  @Test(arguments: ["", "a", "datasets/a", "a/<b>/c", "../../etc"])
  func `what names no record is refused`(text: String) { #expect(RecordArgument(text) == nil) }
}

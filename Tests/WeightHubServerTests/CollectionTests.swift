import JSON
import Testing

@testable import WeightHubServer

/// Searching and filtering: each question is asked of the same few repositories.
@Suite(.timeLimit(.minutes(10)))
struct CollectionTests {
  private static let paths = ["/ann/alpha", "/bob/beta", "/datasets/ann/alphabet"]

  /// Two models and a set of data; `bob/beta` has a record.
  private func serving(_ work: (RawClient) async throws -> Void) async throws {
    try await RunningHub.serving { _, client in
      try await client.create("ann/alpha")
      try await client.create("bob/beta")
      try await client.create("ann/alphabet", type: "dataset")
      let index: JSONValue = [
        "records": [["path": "r", "name": "The Needle", "author": "Cleo", "track": "10min_16mb"]]
      ]
      let made = try await client.commit(
        [RawClient.file("index.json", index.text())], to: "bob/beta")
      #expect(made.status == 200, "\(made.body)")
      try await work(client)
    }
  }

  @Test(arguments: [
    ("/", paths), ("/?q=alpha", [paths[0], paths[2]]), ("/?q=ALPHABET", [paths[2]]),
    ("/?kind=model", [paths[0], paths[1]]), ("/datasets", [paths[2]]), ("/?author=bob", [paths[1]]),
    ("/bob", [paths[1]]), ("/?q=needle", [paths[1]]), ("/?author=Cleo", [paths[1]]),
    ("/?q=alpha&author=ann&kind=dataset", [paths[2]]), ("/?q=nothing", []),
    ("/?q=needle&author=ann", []),
  ])
  func `a page lists what is asked for`(question: String, wanted: [String]) async throws {
    try await serving { client in
      let page = try await client.page(question)
      #expect(page.status == 200)
      #expect(Self.paths.filter { page.body.contains("href=\"\($0)\"") } == wanted)
    }
  }

  @Test func `a page is sorted by name when that is asked for`() async throws {
    try await serving { client in
      let page = try await client.page("/?sort=name").body
      let places = ["/ann/alpha", "/datasets/ann/alphabet", "/bob/beta"].map {
        page.firstRange(of: "href=\"\($0)\"")?.lowerBound
      }
      let found = places.compactMap { $0 }
      #expect(found.count == 3 && found == found.sorted())
    }
  }

  @Test(arguments: [
    ("/api/models", ["ann/alpha", "bob/beta"]), ("/api/datasets", ["ann/alphabet"]),
    ("/api/models?author=ann", ["ann/alpha"]), ("/api/models?search=ALP", ["ann/alpha"]),
    ("/api/models?search=_", []),
  ])
  func `programs get the same by kind, author and words`(
    question: String, wanted: [String]
  ) async throws {
    try await serving { client in
      let answer = try await client.send("GET", question, token: nil)
      let names = (answer.json.elements ?? []).compactMap { $0["id"]?.string }
      #expect(answer.status == 200 && names.sorted() == wanted)
    }
  }

  @Test func `a list goes on where its first page ends`() async throws {
    try await serving { client in
      let first = try await client.send("GET", "/api/models?limit=1", token: nil)
      let link = try #require(first.head.split(separator: "<").dropFirst().first)
      let next = link.prefix { $0 != ">" }.replacing("http://localhost", with: "")
      let second = try await client.send("GET", String(next), token: nil)
      let ids = [first, second].map { $0.json.elements?.compactMap { $0["id"]?.string } ?? [] }
      #expect(ids.map(\.count) == [1, 1] && Set(ids.joined()) == ["ann/alpha", "bob/beta"])
      #expect(!second.head.contains("rel=\"next\""))
    }
  }
}

import JSON
import Pages
import TestSupport
import Testing

@testable import WeightHubServer

/// Pages as values: names of strangers are text in all of them.
struct SitePageTests {
  private static let hostile = "\"><script>alert(1)</script>"
  private let name: RepositoryName

  init() throws { name = try #require(RepositoryName(.model, "a", "b")) }

  private func isHarmless(_ document: SiteDocument) -> Bool {
    let html = document.html
    return !html.contains("<script") && !html.contains("href=\"javascript:")
  }

  private func summary(_ path: String, _ bits: Double, _ bytes: Int) throws -> RecordSummary {
    try #require(
      RecordSummary(
        [
          "path": .string(path), "name": .string(Self.hostile), "author": .string(Self.hostile),
          "date": .string(Self.hostile), "track": .string(Self.hostile),
          "val_bpb": .number(bits), "bytes": .integer(bytes),
        ], in: name))
  }

  private func snapshot(_ contents: RecordContents?) throws -> RecordSnapshot {
    RecordSnapshot(
      name: name, revision: Self.hostile, path: Self.hostile, commit: "abc",
      summary: try summary("r", 1.2, 10), otherScores: [1.2, 1.3],
      claims: RecordClaims([
        "name": .string(Self.hostile), "blurb": .string(Self.hostile),
        "hardware": .string(Self.hostile), "bytes_total": 17_000_000, "bytes_code": 99,
      ]),
      contents: contents,
      files: [
        RecordSnapshot.File(
          path: Self.hostile + ".pt", listed: nil, byteCount: 3, sha256: "00")
      ])
  }

  private var manifest: RecordContents {
    let hostile = JSONValue.string(Self.hostile)
    return RecordContents([
      "tool": hostile, "version": hostile,
      "files": [["path": hostile, "bytes": 1, "sha256": hostile, "role": hostile]],
      "weights": [
        [
          "path": hostile, "format": hostile, "layers": [hostile],
          "tensors": [
            [
              "name": hostile, "dtype": hostile, "shape": [1], "bytes": 4,
              "encoding": ["kind": hostile], "sha256": hostile,
            ]
          ],
        ]
      ],
      "relations": [
        [
          "artifact": hostile, "reference": hostile, "equal": 1, "different": [hostile],
          "missing": [hostile], "extra": [hostile],
        ]
      ],
      "sources": [
        ["name": hostile, "url": "javascript:alert(1)"], ["name": "x", "url": "https://a.b/"],
      ],
    ])
  }

  private func page(_ record: RecordSnapshot, filter: String = "") -> RecordPage {
    RecordPage(record: record, file: nil, filter: filter, address: "http://localhost")
  }

  @Test func `the page of a record escapes all that its author wrote`() throws {
    let document = page(try snapshot(manifest), filter: Self.hostile).document
    // The address of a source that is none of the web is told, and not followed.
    #expect(!document.html.contains("<script") && !document.html.contains("href=\"javascript"))
    #expect(document.html.contains("<a href=\"https://a.b/\""))
  }

  @Test func `a record without a manifest still has a page`() throws {
    let html = page(try snapshot(nil)).document.html
    #expect(html.contains("There is no manifest.json"))
    #expect(html.contains("1,000,000 over the cap"))
  }

  @Test func `a relation that its digests deny is told`() throws {
    #expect(page(try snapshot(manifest)).document.html.contains("contradicts its own digests"))
  }

  @Test func `files with pickles are told by format and by name`() throws {
    let safety = RecordSafety(record: try snapshot(manifest))
    #expect(safety.pickles == [Self.hostile, Self.hostile + ".pt"])
    #expect(page(try snapshot(manifest)).document.html.contains("2 files with pickles"))
  }

  @Test func `the comparison escapes both records`() throws {
    let record = try snapshot(manifest)
    let compared = ComparePage(
      arguments: [Self.hostile, Self.hostile], records: [record, record], files: [nil, nil])
    #expect(isHarmless(compared.document))
    #expect(compared.document.html.contains("1 equal, 0 different"))
  }

  @Test func `the leaderboard escapes records, and marks and draws the front`() throws {
    let records = [
      try summary("worse", 1.3, 200), try summary("small", 1.2, 100), try summary("good", 1.1, 300),
    ]
    let page = LeaderboardPage(
      RecordCollection(records), track: Self.hostile, sorting: .init(.score))
    #expect(isHarmless(page.document))
    #expect(RecordPlot(page.records).front == [0, 1])
    #expect(page.document.html.components(of: "class=\"front\"") == 2)
    #expect(page.document.html.components(of: "class=\"dot best\"") == 2)
  }

  @Test func `a leaderboard of a track leaves out the others`() throws {
    let page = LeaderboardPage(
      RecordCollection([try summary("r", 1, 1)]), track: "other", sorting: .init(.score))
    #expect(page.records.isEmpty)
    #expect(page.document.html.contains("No records here"))
  }

  @Test func `absurd claims do not break the plot`() throws {
    let records = [try summary("a", 1e-300, 1), try summary("b", 999, 1_000_000_000_000)]
    let page = LeaderboardPage(RecordCollection(records), track: nil, sorting: .init(.bytes))
    #expect(page.document.html.contains("<svg"))
  }

  @Test func `a failure says what it is and escapes what was asked for`() {
    let page = FailurePage(failure: .noEntry(Self.hostile))
    #expect(isHarmless(page.document) && page.document.html.contains("404"))
  }

  @Test func `a page permits no script, and forms to its server alone`() {
    let document = FailurePage(failure: .noPage).document
    #expect(
      document.policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'")
  }

  @Test func `the text of a file is shown line by line`() {
    let page = FilePage(
      name: name, revision: "main", path: "x/" + Self.hostile, byteCount: 1, sha256: "00",
      oid: "11", isLarge: false, text: Self.hostile + "\n\tb")
    #expect(isHarmless(page.document))
    #expect(page.document.html.contains("&lt;/script&gt;\n    b\n"))
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

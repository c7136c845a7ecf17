import JSON
import Pages
import TestSupport
import Testing

@testable import WeightHubServer

/// Pages as values: names of strangers are text in all of them.
struct SitePageTests {
  private static let hostile = "\"><script>alert(1)</script>"
  /// What ends an attribute's value and begins another attribute, where quotes are not escaped.
  static let texts = [
    hostile, "x\" onclick=\"alert(1)", "x' onclick='alert(1)", "x onclick=alert(1)",
    "javascript:alert(1)",
  ]
  private let name: RepositoryName

  init() throws { name = try #require(RepositoryName(.model, "a", "b")) }

  private func isHarmless(_ document: SiteDocument) -> Bool {
    let page = HTMLReading(document.html)
    return !page.elements.contains("script") && !page.attributes.isEmpty
      && !page.attributes.contains { $0.name.hasPrefix("on") }
      && !page.attributes.contains {
        Self.followed.contains($0.name) && $0.value.hasPrefix("javascript:")
      }
  }

  /// Attributes that browsers take for addresses.
  private static let followed: Set = ["href", "src", "action", "formaction", "xlink:href"]

  private func summary(
    _ path: String, _ bits: Double, _ bytes: Int, _ hostile: String = Self.hostile
  ) throws -> RecordSummary {
    try #require(
      RecordSummary(
        [
          "path": .string(path), "name": .string(hostile), "author": .string(hostile),
          "date": .string(hostile), "track": .string(hostile),
          "val_bpb": .number(bits), "bytes": .integer(bytes),
        ], in: name))
  }

  private func snapshot(
    _ contents: RecordContents?, _ hostile: String = Self.hostile
  ) throws -> RecordSnapshot {
    RecordSnapshot(
      name: name, revision: hostile, path: hostile, commit: "abc",
      summary: try summary("r", 1.2, 10, hostile), otherScores: [1.2, 1.3],
      claims: RecordClaims([
        "name": .string(hostile), "blurb": .string(hostile),
        "hardware": .string(hostile), "bytes_total": 17_000_000, "bytes_code": 99,
      ]),
      contents: contents,
      files: [
        RecordSnapshot.File(
          path: hostile + ".pt", listed: nil, byteCount: 3, sha256: "00")
      ])
  }

  private var manifest: RecordContents { manifest(Self.hostile) }

  private func manifest(_ text: String) -> RecordContents {
    let hostile = JSONValue.string(text)
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

  @Test(arguments: texts)
  func `the page of a record escapes all that its author wrote`(text: String) throws {
    let document = page(try snapshot(manifest(text), text), filter: text).document
    // The address of a source that is none of the web is told, and not followed.
    #expect(isHarmless(document))
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

  @Test(arguments: texts)
  func `the comparison escapes both records`(text: String) throws {
    let record = try snapshot(manifest(text), text)
    let compared = ComparePage(
      arguments: [text, text], records: [record, record], files: [nil, nil])
    #expect(isHarmless(compared.document))
    #expect(compared.document.html.contains("1 equal, 0 different"))
  }

  @Test(arguments: texts)
  func `the leaderboard escapes records, and marks and draws the front`(text: String) throws {
    let records = [
      try summary("worse", 1.3, 200, text), try summary("small", 1.2, 100, text),
      try summary("good", 1.1, 300, text),
    ]
    let page = LeaderboardPage(
      RecordCollection(records), track: text, sorting: .init(.score))
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

  private static let absurd: [[(Double, Int)]] = [
    [(1e-300, 1), (999, 1_000_000_000_000)], [(.leastNonzeroMagnitude, .max), (999.9, 1)],
    [(1, .max), (1, 1_000_000_000_000)], [(1, 1)], [(.infinity, 1), (.nan, 2), (1, 3)],
  ]

  @Test(arguments: absurd)
  func `absurd claims do not break the plot`(claims: [(Double, Int)]) throws {
    let records = try claims.map { try summary("a", $0.0, $0.1) }
    let page = LeaderboardPage(RecordCollection(records), track: nil, sorting: .init(.bytes))
    let html = page.document.html
    let start = try #require(html.firstRange(of: "<svg")?.lowerBound)
    let numbers = HTMLReading(String(html[start...])).attributes
      .filter { ["x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "d"].contains($0.name) }
    #expect(!numbers.isEmpty)
    for number in numbers {
      let words = number.value.lowercased()
      #expect(!words.contains("nan") && !words.contains("inf"), "\(number)")
    }
  }

  @Test(arguments: texts)
  func `a failure says what it is and escapes what was asked for`(text: String) {
    let page = FailurePage(failure: .noEntry(text))
    #expect(isHarmless(page.document) && page.document.html.contains("404"))
  }

  @Test func `a page permits no script, and forms to its server alone`() {
    let document = FailurePage(failure: .noPage).document
    #expect(
      document.policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'")
  }

  @Test(arguments: texts)
  func `a file's name and its text are text`(text: String) {
    let page = FilePage(
      name: name, revision: text, path: "x/" + text, byteCount: 1, sha256: text, oid: text,
      isLarge: false, text: text)
    #expect(isHarmless(page.document))
  }

  @Test func `the text of a file is shown line by line`() {
    let page = FilePage(
      name: name, revision: "main", path: "x", byteCount: 1, sha256: "00",
      oid: "11", isLarge: false, text: Self.hostile + "\n\tb")
    #expect(page.document.html.contains("&lt;/script&gt;\n    b\n"))
  }
}

extension String {
  /// How often a text stands in it.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

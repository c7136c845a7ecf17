import Diagnostics
import JSON
import Records
import TestSupport
import Testing

struct SubmissionTests {
  static func names() throws -> [String] {
    try Fixtures.names(in: "records/accepts").filter { !$0.hasSuffix(".expect.json") }
  }

  private func normalised(_ name: String) throws -> JSONValue {
    try Submission(parsing: try Fixtures.bytes("records/accepts/\(name)")).json
  }

  private func expectation(_ name: String) throws -> JSONValue {
    let path = "records/accepts/\(name.dropLast(5)).expect.json"
    return try JSONValue(parsing: try Fixtures.bytes(path))
  }

  @Test(arguments: try names())
  func `facts are found under whatever key they stand, and no others`(name: String) throws {
    let found = try normalised(name)
    let expected = try #require(try expectation(name)["facts"]?.members)
    let facts = try #require(found.members).filter { member in
      ![
        "schema", "seeds", "bases", "measurements", "compliance", "attribution", "other", "sources",
        "notes",
      ].contains(member.key) && member.value != .null
    }
    #expect(Set(facts.map(\.key)) == Set(expected.map(\.key)))
    for (key, value) in expected { #expect(found[key] == value, "\(key)") }
  }

  @Test(arguments: try names())
  func `each fact remembers the key that it came from`(name: String) throws {
    let sources = try #require(try normalised(name)["sources"]?.members)
    let expected = try #require(try expectation(name)["sources"]?.members)
    #expect(
      Dictionary(uniqueKeysWithValues: sources.map { ($0.key, $0.value.string) })
        == Dictionary(uniqueKeysWithValues: expected.map { ($0.key, $0.value.string) }))
  }

  @Test(arguments: try names())
  func `seeds and their results are found in lists and objects`(name: String) throws {
    let found = try #require(try normalised(name)["seeds"]?.elements)
    let expected = try #require(try expectation(name)["seeds"]?.elements)
    #expect(found.count == expected.count)
    for (seed, want) in zip(found, expected) {
      for key in ["seed", "val_bpb", "val_loss", "bytes", "steps"] {
        #expect(seed[key] == want[key], "\(key)")
      }
      #expect(seed["other"]?.members?.map(\.key) == want["other"]?.elements?.compactMap(\.string))
    }
  }

  @Test(arguments: try names())
  func `what is odd is noted, and nothing else`(name: String) throws {
    let notes = try #require(try normalised(name)["notes"]?.elements).map { $0["kind"]?.string }
    let expected = try #require(try expectation(name)["notes"]?.elements).map(\.string)
    #expect(notes.compactMap(\.self).sorted() == expected.compactMap(\.self).sorted())
  }

  @Test(arguments: try names())
  func `what has no field is kept as it stands`(name: String) throws {
    let other = try #require(try normalised(name)["other"]?.members)
    let measurements = try #require(try normalised(name)["measurements"]?.members)
    let expected = try expectation(name)
    let written = try JSONValue(parsing: try Fixtures.bytes("records/accepts/\(name)"))
    #expect(other.map(\.key) == expected["other"]?.elements?.compactMap(\.string))
    #expect(measurements.map(\.key) == expected["measurements"]?.elements?.compactMap(\.string))
    for (path, value) in other + measurements {
      let found = path.split(separator: ".").reduce(written as JSONValue?) { $0?[String($1)] }
      #expect(found == value, "\(path)")
    }
  }

  @Test(arguments: try names())
  func `the records that it builds on are found`(name: String) throws {
    let bases = try #require(try normalised(name)["bases"]?.elements)
    let expected = try #require(try expectation(name)["bases"]?.elements)
    #expect(bases.map { $0["text"] } == expected.map { $0.elements?[0] })
    #expect(bases.map { $0["pull_request"] } == expected.map { $0.elements?[1] })
  }

  @Test func `keys of the normalised form are always there, in one order`() throws {
    let keys = try normalised("baseline.json").members?.map(\.key)
    #expect(try Submission(parsing: Array("{}".utf8)).json.members?.map(\.key) == keys)
    #expect(keys?.first == "schema")
  }

  @Test func `a conflict names both keys and both numbers`() throws {
    let submission = try Submission(
      parsing: Array(#"{"val_bpb": 1.25, "mean_val_bpb": 1.5}"#.utf8))
    let note = try #require(submission.notes.first)
    #expect(note.keys == ["val_bpb", "mean_val_bpb"])
    #expect(note.message.contains("1.25") && note.message.contains("1.5"))
    #expect(submission.valBPB?.value == 1.25)
  }

  @Test func `a codec's name in a key does not hide a score`() throws {
    let text = #"{"int6_zstd_val_bpb": 1.5, "delta_vs_base_bpb": 0.1, "val_bpb_std": 0.2}"#
    let submission = try Submission(parsing: Array(text.utf8))
    #expect(submission.measurements.map(\.key) == ["int6_zstd_val_bpb"])
  }

  @Test(arguments: [
    ("2026-03-20", "2026-03-20"), ("2024-02-29", "2024-02-29"),
    ("2026-03-20T23:59:60Z", "2026-03-20"), ("2026-03-20T10:00:00.25+01:00", "2026-03-20"),
    ("2026-03-20t10:00:00z", "2026-03-20"),
  ])
  func `days are read with and without a time`(text: String, day: String) {
    #expect(RecordDate(text)?.day == day)
  }

  @Test(arguments: [
    "", "2026", "2026-3-20", "2026-13-01", "2026-02-29", "2026-03-00", "20-03-2026", "2026/03/20",
    "2026-03-20T", "2026-03-20T25:00:00Z", "2026-03-20T10:00:00", "2026-03-20T10:00:00.Z",
    "2026-03-20 10:00:00Z", "2026-03-20T10:00:00Zx", "٢٠٢٦-٠٣-٢٠",
  ])
  func `other dates are none`(text: String) { #expect(RecordDate(text) == nil) }

  @Test(arguments: [
    ("10min_16mb", "10min_16mb"), ("track_10min_16mb", "10min_16mb"),
    ("non-record-16mb", "non_record_16mb"), ("Non Record 16MB", "non_record_16mb"),
    ("track", "track"),
  ])
  func `spellings of a track are folded`(written: String, folded: String) {
    #expect(TrackName(written)?.text == folded)
  }

  @Test func `a track of signs alone is none`() { #expect(TrackName("--__..") == nil) }
}

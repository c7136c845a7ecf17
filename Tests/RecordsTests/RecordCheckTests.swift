import Diagnostics
import Glibc
import JSON
import Records
import TestSupport
import Testing

struct RecordCheckTests {
  private func check(_ record: SmallRecord) throws -> RecordCheck {
    RecordCheck(try RecordFolder(scanning: record.path))
  }

  private func check(_ submission: String) throws -> RecordCheck {
    try check(try SmallRecord(submission: submission))
  }

  /// The small record's description with one thing changed.
  private func changed(_ old: String, _ new: String) throws -> RecordCheck {
    let text = SmallRecord.submission.replacing(old, with: new)
    try #require(text != SmallRecord.submission)
    return try check(text)
  }

  private func failures(_ check: RecordCheck) -> [String] {
    check.items.filter(\.isFailure).map { "\($0.state.rawValue) \($0.id)" }
  }

  @Test func `a record that has everything holds`() throws {
    let check = try check(try SmallRecord())
    #expect(failures(check) == [])
    #expect(check.holds)
    #expect(check.text().hasSuffix("complete, and nothing contradicts\n"))
  }

  @Test(arguments: [
    ("README.md", "readme"), ("train_gpt.py", "script"), ("submission.json", "submission"),
  ])
  func `a file that the challenge asks for is missed`(name: String, item: String) throws {
    let record = try SmallRecord()
    #expect(unlink("\(record.path)/\(name)") == 0)
    #expect(failures(try check(record)) == ["missing \(item)"])
  }

  @Test func `logs are missed`() throws {
    let record = try SmallRecord()
    for seed in [7, 42] { #expect(unlink("\(record.path)/train_seed\(seed).log") == 0) }
    #expect(failures(try check(record)) == ["missing log"])
  }

  @Test func `an empty script is none`() throws {
    let record = try SmallRecord()
    try record.write("train_gpt.py", "")
    #expect(failures(try check(record)).contains("missing script"))
  }

  @Test(arguments: ["author", "github_id", "name", "date", "val_bpb"])
  func `a field that the challenge asks for is missed`(key: String) throws {
    let check = try changed("\"\(key)\": ", "\"x_\(key)\": ")
    #expect(failures(check).contains("missing field.\(key)"))
  }

  @Test func `weights are no condition`() throws {
    let check = try check(try SmallRecord())
    let item = try #require(check.items.first { $0.id == "weights" })
    #expect(item.state == .missing && !item.isRequired)
  }

  @Test(arguments: [
    ("1.2251,", "1.1,", "contradiction val_bpb"),
    ("1.2252,", "1.24,", "contradiction seed.val_bpb"),
    ("15700000", "15700001", "contradiction seed.bytes"),
    ("\"bytes_total\": 15800000", "\"bytes_total\": 15900000", "contradiction bytes_total"),
    ("\"bytes_total\": 15800000", "\"bytes_total\": 16000001", "contradiction cap"),
    ("\"bytes_code\": 11", "\"bytes_code\": 12", "contradiction bytes_code"),
    ("[42, 7]", "[42, 7, 9]", "contradiction seeds"),
    ("[42, 7]", "[42, 7, 9]", "contradiction submission.conflict"),
    ("2026-03-20", "20.3.2026", "contradiction submission.unread_date"),
    ("\"seeds\"", "\"mean_bpb\": 1.3, \"seeds\"", "contradiction submission.conflict"),
    ("\"seeds\"", "\"bytes_model\": 5, \"seeds\"", "contradiction bytes.sum"),
    ("1.2251,", "[],", "contradiction submission"),
  ])
  func `what cannot both be true is found`(old: String, new: String, failure: String) throws {
    #expect(failures(try changed(old, new)).contains(failure))
  }

  @Test func `a score is the last one of a log, or the mean of the logs'`() throws {
    #expect(try changed("1.2251,", "1.2252,").holds)
    #expect(try changed("1.2251,", "1.225,").holds)
    #expect(try changed("1.2251,", "1.24,").holds == false)
  }

  @Test func `a score from before quantization is said to be one`() throws {
    let check = try changed("1.2251,", "1.2213,")
    let item = try #require(check.items.first { $0.id == "val_bpb" })
    #expect(item.state == .note)
    #expect(item.message.contains("pre-quantization post-ema"))
  }

  @Test func `a log that ran with another seed than its name says contradicts`() throws {
    let record = try SmallRecord()
    try record.write(
      "train_seed7.log", SmallRecord.log(seed: 1337, bpb: 1.2250, bytes: 15_700_000))
    #expect(failures(try check(record)) == ["contradiction seeds"])
  }

  @Test func `a run that came out too large is found though no claim says so`() throws {
    let record = try SmallRecord()
    try record.write("train_b.log", SmallRecord.log(seed: 1, bpb: 1.2250, bytes: 16_000_001))
    #expect(failures(try check(record)) == ["contradiction cap.log"])
  }

  @Test func `an artifact beside it has to come to a claimed size`() throws {
    let record = try SmallRecord(
      submission: SmallRecord.submission.replacing("15800000", with: "111"))
    for seed in [42, 7] {
      try record.write(
        "train_seed\(seed).log",
        SmallRecord.log(
          seed: seed, bpb: seed == 7 ? 1.225 : 1.2252, bytes: seed == 7 ? 15_700_000 : 111))
    }
    try record.write("final_model.int8.ptz", Array(repeating: 0, count: 100))
    #expect(try check(record).holds)
    try record.write("final_model.int8.ptz", Array(repeating: 0, count: 99))
    #expect(failures(try check(record)) == ["contradiction bytes_found"])
  }

  @Test func `the list is safe to show`() throws {
    let record = try SmallRecord(
      submission: SmallRecord.submission.replacing("Ada Example", with: #"\u001b[31m\u202eAda"#))
    let text = try check(record).text()
    #expect(text.contains("\\u{1B}[31m\\u{202E}Ada"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test func `the list as JSON has an object for each line`() throws {
    let check = try check(try SmallRecord())
    let items = try #require(check.json["items"]?.elements)
    #expect(items.count == check.items.count)
    #expect(items.first?.members?.map(\.key) == ["id", "state", "required", "message", "where"])
    #expect(check.json["holds"] == .bool(true))
  }
}

import Checkpoints
import Diagnostics
import Glibc
import JSON
import RecordFormats
import Records
import TestSupport
import Testing

struct SharingTests {
  // MARK: Manifest

  private func manifest(_ record: SmallRecord) throws -> RecordManifest {
    try RecordManifest(of: try RecordFolder(scanning: record.path), toolVersion: "1.2")
  }

  private func recordWithWeights() throws -> SmallRecord {
    let record = try SmallRecord()
    try record.write("model.safetensors", SmallRecord.safetensors())
    return record
  }

  @Test func `digests are those of SHA-256`() throws {
    let record = try recordWithWeights()
    let manifest = try manifest(record)
    let script = try #require(manifest.files.first { $0.role == .script })
    // printf "print('hi')" | sha256sum
    #expect(script.sha256 == "c2d0a5e0790d97a015387a995c0d0b5eb3e88138466586fc980787c9b1731eb8")
    let tensor = try #require(manifest.weights.first?.tensors.first)
    // printf '\0\0\x80\x3f\0\0\0\x40' | sha256sum
    #expect(tensor.sha256 == "b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37")
    #expect(tensor.name == "a" && tensor.dtype == "F32" && tensor.shape == [2])
  }

  @Test func `a manifest is read back as it was written, and has the same bytes twice`() throws {
    let record = try recordWithWeights()
    let first = try manifest(record)
    #expect(try manifest(record).bytes == first.bytes)
    let read = try RecordManifest(parsing: first.bytes.span.bytes)
    #expect(read == first)
    #expect(read.bytes == first.bytes)
  }

  @Test func `a stored manifest keeps its bytes`() throws {
    for name in ["manifest", "index"] {
      let bytes = try Fixtures.bytes("records/sharing/\(name).json")
      let value = try JSONValue(parsing: bytes)
      if name == "manifest" {
        #expect(try RecordManifest(parsing: bytes.span.bytes).json == value)
      } else {
        #expect(try RecordIndex(parsing: bytes.span.bytes).json == value)
      }
    }
  }

  @Test func `a folder is what its manifest says`() throws {
    let record = try recordWithWeights()
    let manifest = try manifest(record)
    try record.write("manifest.json", manifest.bytes)
    let folder = try RecordFolder(scanning: record.path)
    let stored = try RecordManifest(in: folder)
    #expect(try stored.verify(folder).holds)
  }

  @Test func `missing, altered and extra files are found`() throws {
    let record = try recordWithWeights()
    let manifest = try manifest(record)
    #expect(unlink(record.path + "/README.md") == 0)
    try record.write("train_gpt.py", "print('ho')")
    try record.write("submission.json", "{}")
    try record.write("evil.py", "")
    let result = try manifest.verify(try RecordFolder(scanning: record.path))
    #expect(
      result.findings.map { "\($0.kind.rawValue) \($0.path)" } == [
        "missing README.md", "extra evil.py", "altered submission.json", "altered train_gpt.py",
      ])
    #expect(!result.holds)
  }

  @Test func `a link in the folder keeps it from holding`() throws {
    let record = try recordWithWeights()
    let manifest = try manifest(record)
    #expect(symlink("/etc", record.path + "/etc") == 0)
    #expect(try manifest.verify(try RecordFolder(scanning: record.path)).holds == false)
  }

  @Test func `a manifest that lies about a tensor is found out by decoding`() throws {
    let record = try recordWithWeights()
    let honest = try manifest(record)
    let digest = try #require(honest.weights.first?.tensors.last?.sha256)
    let text = String(decoding: honest.bytes, as: UTF8.self)
      .replacing(digest, with: String(repeating: "0", count: 64))
    let lying = try RecordManifest(parsing: Array(text.utf8).span.bytes)
    let folder = try RecordFolder(scanning: record.path)
    let result = try lying.verify(folder)
    #expect(result.findings.map(\.tensor) == ["b"])
    #expect(result.findings.map(\.kind) == [.altered])
  }

  @Test func `an artifact is held against the weights in full precision`() throws {
    let record = try recordWithWeights()
    // The content tells the format; the name tells what it is for.
    try record.write("equal.birdie", SmallRecord.safetensors())
    try record.write("other.birdie", SmallRecord.safetensors(last: 5))
    let relations = try manifest(record).relations
    #expect(relations.map(\.artifact.description) == ["equal.birdie", "other.birdie"])
    #expect(relations.map(\.isEqual) == [true, false])
    #expect(relations.map(\.equalCount) == [2, 1])
    #expect(relations.map(\.different) == [[], ["b"]])
  }

  @Test func `a compressed artifact of the challenge decodes to what its script said`() throws {
    let record = try SmallRecord()
    let family = "golf/accepts/int8-zlib-root"
    try record.write("final_model.int8.ptz", try Fixtures.bytes("\(family)/artifact"))
    let expected = try JSONValue(parsing: try Fixtures.bytes("\(family)/expected.sha256.json"))
    let weights = try #require(try manifest(record).weights.first)
    #expect(weights.layers == ["zlib"])
    let count = try #require(expected.members).count
    #expect(weights.tensors.count == count)
    for tensor in weights.tensors {
      #expect(tensor.sha256 == expected[tensor.name]?["sha256"]?.string, "\(tensor.name)")
    }
  }

  @Test func `an artifact is held against the weights of its own seed`() throws {
    let record = try SmallRecord()
    for seed in ["seed_1", "seed_2"] {
      _ = try record.folder.makeFolder("2026-03-20_Small/\(seed)")
      try record.write("\(seed)/model.safetensors", SmallRecord.safetensors())
      try record.write("\(seed)/model.birdie", SmallRecord.safetensors())
    }
    let relations = try manifest(record).relations
    #expect(
      relations.map { "\($0.artifact) \($0.reference)" } == [
        "seed_1/model.birdie seed_1/model.safetensors",
        "seed_2/model.birdie seed_2/model.safetensors",
      ])
  }

  // MARK: Index

  private func entry(_ path: String, name: String = "Small") throws -> RecordIndex.Entry {
    let text = #"{"name": "\#(name)", "val_bpb": 1.5, "date": "2026-03-20T10:00:00Z"}"#
    return RecordIndex.Entry(
      path: try RecordPath(path), try Submission(parsing: Array(text.utf8)), files: [])
  }

  @Test func `the order of adding does not change an index`() throws {
    var (left, right) = (RecordIndex(), RecordIndex())
    for path in ["records/b", "records/a", "records/c"] { try left.set(try entry(path)) }
    for path in ["records/c", "records/b", "records/a"] { try right.set(try entry(path)) }
    #expect(left.bytes == right.bytes)
    #expect(left.entries.map(\.path.description) == ["records/a", "records/b", "records/c"])
    #expect(try RecordIndex(parsing: left.bytes.span.bytes) == left)
  }

  @Test func `a record that is set again is replaced`() throws {
    var index = RecordIndex()
    try index.set(try entry("records/a"))
    try index.set(try entry("records/a", name: "New"))
    #expect(index.entries.map(\.name) == ["New"])
    #expect(index.entries.first?.date == "2026-03-20")
  }

  @Test func `records whose paths differ in capitals only are refused`() throws {
    var index = RecordIndex()
    try index.set(try entry("records/a"))
    let other = try entry("records/A")
    #expect(Refusal.rule { () throws(Rejection) in try index.set(other) } == "I10")
  }

  @Test(arguments: ["records/a/b/c", "records"])
  func `no record lies in another`(path: String) throws {
    var index = RecordIndex()
    try index.set(try entry("records/a/b"))
    let other = try entry(path)
    #expect(Refusal.rule { () throws(Rejection) in try index.set(other) } == "I10")
    try index.set(try entry("records/a/bc"))
    #expect(index.entries.count == 2)
  }

  // MARK: Layout

  @Test(arguments: [
    ("2026-03-17_NaiveBaseline", "2026-03-17_NaiveBaseline"),
    ("2026-03-19_int6_STE QAT_ MLP_bigram _U_Net", "2026-03-19_int6_STE_QAT_MLP_bigram_U_Net"),
    ("../../etc/passwd", "etc_passwd"), ("-rf", "rf"), ("a/b\\c:d", "a_b_c_d"),
    ("CON", "record_CON"), ("nul.txt", "record_nul.txt"), ("naïve", "na_ve"), ("end. ", "end"),
  ])
  func `names become safe ones`(name: String, safe: String) throws {
    var layout = RecordLayout()
    let track = try #require(TrackName("10min_16mb"))
    #expect(
      try layout.place(track: track, name: name).description == "records/track_10min_16mb/\(safe)")
  }

  @Test func `two names that become one are refused, one name twice is not`() throws {
    var layout = RecordLayout()
    let track = try #require(TrackName("10min_16mb"))
    let path = try layout.place(track: track, name: "a b")
    #expect(try layout.place(track: track, name: "a b") == path)
    for name in ["a_b", "A B"] {
      let rule = Refusal.rule { () throws(Rejection) in
        _ = try layout.place(track: track, name: name)
      }
      #expect(rule == "I10", "\(name)")
    }
  }

  @Test func `a name of which nothing is left is refused`() throws {
    var layout = RecordLayout()
    let track = try #require(TrackName("10min_16mb"))
    let rule = Refusal.rule { () throws(Rejection) in
      _ = try layout.place(track: track, name: "日本語…")
    }
    #expect(rule == "I06")
  }

  @Test func `seeds have folders of their own`() throws {
    let path = try RecordPath("records/track_x/a")
    #expect(try RecordLayout.seedFolder(path, seed: 42).description == "records/track_x/a/seed_42")
  }
}

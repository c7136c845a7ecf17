import Archives
import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

struct ConversionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func accepted(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/accepts/\(name)"))
  }

  /// A checkpoint in memory of one byte per tensor.
  private func checkpoint(_ names: [String], ties: [[String]] = []) throws -> Checkpoint {
    let tensors = try names.enumerated().map { index, name in
      NamedTensor(name: name, content: try .literal(.u8, [UInt8(index)]))
    }
    return Checkpoint(format: "memory", tensors: tensors, ties: ties)
  }

  private func writing(_ format: OutputFormat = .safetensors) -> ConversionOptions {
    var options = ConversionOptions()
    options.format = format
    return options
  }

  // MARK: Names

  @Test func `all but one name of a tie are left out and noted`() throws {
    let report = try accepted("ties.pt").convert(to: folder.path("out"), writing())
    #expect(report.droppedTies == ["weight": "alias", "rows": "again"])
    let reopened = try Checkpoint.open(folder.path("out"))
    #expect(reopened.metadata == ["weight": "alias", "rows": "again", "format": "pt"])
    #expect(Set(reopened.tensors.map(\.name)) == ["alias", "again", "flat", "blocks.0.weight"])
  }

  @Test func `globs choose tensors by the whole name`() throws {
    var options = writing()
    options.patterns = ["*.weight", "[13].bias"]
    let report = try accepted("module.pt").conversionReport(to: folder.path("out"), options)
    let names = ["0.weight", "1.bias", "1.weight", "3.bias", "3.weight"]
    #expect(report.items.map(\.name).sorted() == names)
  }

  @Test func `a glob that matches nothing is an error`() throws {
    var options = writing()
    options.patterns = ["weights"]
    let error = #expect(throws: Rejection.self) {
      try accepted("module.pt").conversionReport(to: folder.path("out"), options)
    }
    #expect(error?.rule.id == "T19")
  }

  @Test func `renamings apply one after another`() throws {
    var options = writing()
    options.renamings = [
      try #require(Renaming(#"s/^(\d)\.(.*)/layer\1.\2/"#)),
      try #require(Renaming("s|layer0|first|")),
    ]
    let report = try accepted("module.pt").conversionReport(to: folder.path("out"), options)
    #expect(report.items.map(\.name).prefix(3) == ["first.weight", "first.bias", "layer1.weight"])
  }

  @Test(arguments: ["", "s", "s/a/b", "s/a/b/x", "s//b/", "s/(/b/", "y/a/b/", #"s/(a)/\2/"#])
  func `what is no renaming is none`(text: String) {
    #expect(Renaming(text) == nil)
  }

  // What `printf NAME | sed -E 'SCRIPT'` of GNU sed 4.9 prints.
  @Test(arguments: [
    ("s/a/<&>/", "banana", "b<a>nana"), ("s/a/<&>/g", "banana", "b<a>n<a>n<a>"),
    ("s/A/x/i", "banana", "bxnana"), ("s/.*/x/", "abc", "x"), ("s/.*/x/g", "abc", "x"),
    ("s/a*/x/g", "baaac", "xbxcx"), (#"s/a\/b/c/"#, "a/b", "c"), ("s|^|m.|", "w", "m.w"),
    (#"s/(a)\.(b)/\2\/\1\&/"#, "a.b", "b/a&"), (#"s/\bw\b/x/g"#, "w.w.ww", "x.x.ww"),
    (#"s/\<h/H/g"#, "h.oh.h1", "H.oh.H1"), (#"s/h\>/H/g"#, "h.oh.h1", "H.oH.h1"),
    ("s/a|ab/x/", "ab", "x"), ("s/^./é/", "ñandú", "éandú"),
  ])
  func `a renaming does what sed does`(script: String, name: String, result: String) throws {
    #expect(try #require(Renaming(script)).applied(to: name) == result)
  }

  @Test func `no name makes a renaming take exponential time`() throws {
    let name = String(repeating: "a", count: 64)
    #expect(try #require(Renaming("s/^(a+)+b$/x/")).applied(to: name) == name)
  }

  @Test func `two tensors that get one name are refused`() throws {
    var options = writing()
    options.renamings = [try #require(Renaming("s/weight/bias/"))]
    let error = #expect(throws: Rejection.self) {
      try accepted("module.pt").conversionReport(to: folder.path("out"), options)
    }
    #expect(error?.rule.id == "T20")
  }

  static let twins = ["e\u{301}", "\u{e9}"]

  @Test(arguments: [OutputFormat.safetensors, .pytorch])
  func `names that only look alike stay apart`(format: OutputFormat) throws {
    _ = try checkpoint(Self.twins).convert(to: folder.path("out"), writing(format))
    let reopened = try Checkpoint.open(folder.path("out"))
    #expect(
      reopened.tensors.map { Array($0.name.utf8) }.sorted { $0.count > $1.count }
        == Self.twins.map { Array($0.utf8) })
    for tensor in reopened.tensors {
      let index = try #require(Self.twins.firstIndex { $0.utf8.elementsEqual(tensor.name.utf8) })
      #expect(try tensor.content.sha256() == TensorContent.literal(.u8, [UInt8(index)]).sha256())
    }
  }

  @Test func `names that only look alike stay apart in shards`() throws {
    var options = writing()
    options.maximumShardByteCount = 1
    _ = try checkpoint(Self.twins).convert(to: folder.path("out"), options)
    let reopened = try Checkpoint.open(folder.path("out"))
    #expect(reopened.tensors.map { $0.name.utf8.count }.sorted() == [2, 3])
  }

  @Test(arguments: [OutputFormat.safetensors, .pytorch])
  func `a tie does not take in a name that only looks alike`(format: OutputFormat) throws {
    let tied = try checkpoint(["a"] + Self.twins, ties: [["a", Self.twins[1]]])
    _ = try tied.convert(to: folder.path("out"), writing(format))
    let reopened = try Checkpoint.open(folder.path("out"))
    let other = try #require(reopened.tensors.first { $0.name.utf8.count == 3 })
    #expect(try other.content.sha256() == TensorContent.literal(.u8, [1 as UInt8]).sha256())
  }

  // MARK: PyTorch

  static let pytorchInputs = [
    "bare.pt", "big-endian.pt", "conj.pt", "empty.pt", "expanded.pt", "module.pt", "neg.pt",
    "new-dtypes.pt", "ranks-columns.dcp", "scalar.pt", "tar.pt", "ties.pt", "tuple.pt",
  ]

  @Test(arguments: pytorchInputs)
  func `a PyTorch file that was written holds what was read`(name: String) throws {
    let original = try accepted(name)
    _ = try original.convert(to: folder.path("out.pt"), writing(.pytorch))
    let reopened = try Checkpoint.open(folder.path("out.pt"))
    #expect(reopened.format == "pytorch")
    #expect(try reopened.facts() == original.facts())
    #expect(Set(reopened.ties.map(Set.init)) == Set(original.ties.map(Set.init)))
    #expect(reopened.warnings.isEmpty)
  }

  @Test func `the checksums in a PyTorch file that was written are right`() throws {
    _ = try accepted("module.pt").convert(to: folder.path("out.pt"), writing(.pytorch))
    let storage = Storage(try folder.bytes("out.pt"))
    var audit = Audit()
    let zip = try ZipArchive(parsing: storage.bytes, audit: &audit)
    for entry in zip.entries { try zip.verify(entry, in: storage.bytes, audit: &audit) }
    #expect(audit.warnings.isEmpty)
    #expect(zip.entries.filter { $0.name.hasPrefix("archive/data/") }.count == 9)
    #expect(zip["archive/data.pkl"] != nil && zip["archive/version"] != nil)
    #expect(
      zip.entries.filter { $0.name.hasPrefix("archive/data/") }.allSatisfy {
        $0.dataOffset.isMultiple(of: 64)
      })
  }

  @Test func `tied tensors share one record of a PyTorch file`() throws {
    _ = try accepted("ties.pt").convert(to: folder.path("out.pt"), writing(.pytorch))
    let storage = Storage(try folder.bytes("out.pt"))
    var audit = Audit()
    let zip = try ZipArchive(parsing: storage.bytes, audit: &audit)
    #expect(zip.entries.filter { $0.name.hasPrefix("archive/data/") }.count == 4)
  }

  @Test func `quantized tensors ask what is to become of them`() throws {
    let quantized = try accepted("per-channel.pt")
    let error = #expect(throws: Rejection.self) {
      try quantized.conversionReport(to: folder.path("out"), writing())
    }
    #expect(error?.rule.id == "T13")
    var options = writing()
    options.codes = .decode
    _ = try quantized.convert(to: folder.path("out"), options)
    #expect(try Checkpoint.open(folder.path("out")).facts() == quantized.facts())
  }

  @Test func `progress ends with all bytes`() throws {
    final class Last: @unchecked Sendable { var event: ProgressEvent? }
    // Called on this thread only.
    let last = Last()
    let report = try accepted("module.pt").convert(to: folder.path("out"), writing()) {
      last.event = $0
    }
    let total = report.items.reduce(0) { $0 + $1.byteCount }
    #expect(last.event?.byteCount == total && last.event?.totalByteCount == total)
  }
}

import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

struct TensorInspectionTests {
  @Test func `statistics of floats leave NaN out and count it`() throws {
    let values: [Float] = [1, -3, 0, .nan, 2]
    let statistics = try #require(try TensorContent.literal(.f32, values).statistics())
    #expect(statistics.minimum == -3)
    #expect(statistics.maximum == 2)
    #expect(statistics.mean == 0)
    #expect(statistics.standardDeviation == 3.5.squareRoot())
    #expect(statistics.absoluteMaximum == 3)
    #expect(statistics.zeroCount == 1)
    #expect(statistics.nanCount == 1)
  }

  @Test func `an infinity is the maximum but no part of the mean`() throws {
    let values: [Double] = [1, 3, .infinity]
    let statistics = try #require(try TensorContent.literal(.f64, values).statistics())
    #expect(statistics.maximum == .infinity)
    #expect(statistics.mean == 2)
    #expect(statistics.infinityCount == 1)
  }

  @Test func `halves, bfloats and bytes are read as the numbers they stand for`() throws {
    let half = try TensorContent.literal(.f16, [0x3C00, 0xC000] as [UInt16]).statistics()
    let brain = try TensorContent.literal(.bf16, [0x3F80, 0xC000] as [UInt16]).statistics()
    let byte = try TensorContent.literal(.i8, [1, -2] as [Int8]).statistics()
    for statistics in [half, brain, byte] {
      #expect(statistics?.minimum == -2)
      #expect(statistics?.maximum == 1)
      #expect(statistics?.mean == -0.5)
    }
  }

  @Test func `integers of 64 bits keep their size`() throws {
    let statistics = try TensorContent.literal(.i64, [1 << 60, -5] as [Int64]).statistics()
    #expect(statistics?.maximum == 0x1p60)
    #expect(statistics?.minimum == -5)
  }

  @Test func `a tensor without elements has counts and nothing else`() throws {
    let statistics = try #require(try TensorContent.literal(.f32, [] as [Float]).statistics())
    #expect(statistics.count == 0)
    #expect(statistics.minimum == nil)
    #expect(statistics.mean == nil)
  }

  @Test func `complex numbers have no order and no statistics`() throws {
    #expect(try TensorContent.literal(.c64, [1, 2] as [Float], shape: [1]).statistics() == nil)
  }

  @Test func `the hash of three bytes is the one in FIPS 180`() throws {
    let content = try TensorContent.literal(.u8, Array("abc".utf8))
    #expect(
      try content.sha256() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `a transposed view hashes like the transposed elements`() throws {
    let view = try TensorContent.transposed(
      .f32, [1, 2, 3, 4, 5, 6] as [Float], rows: 2, columns: 3)
    let plain = try TensorContent.literal(.f32, [1, 4, 2, 5, 3, 6] as [Float], shape: [3, 2])
    #expect(try view.sha256() == plain.sha256())
  }

  @Test func `nothing is read for a tensor without data`() throws {
    let tensor = NamedTensor(name: "w", content: .absent(.f32, .vector(3)))
    let inspection = try tensor.inspected([.hash, .statistics])
    #expect(inspection.sha256 == nil)
    #expect(inspection.statistics == nil)
    #expect(tensor.storedByteCount == 0)
  }

  // What POSIX says of fnmatch(3).
  @Test(arguments: [
    ("?", "é", true), ("??", "é", false), ("[é]", "é", true), ("[!a]", "é", true),
    ("a[b-d]*", "ac.x", true), ("[]]", "]", true), ("[a", "[a", true), (#"\*"#, "a", false),
    ("*a*b", "aXaYb", true), ("*a*b", "aXaYbc", false), ("", "", true), ("*", "", true),
    ("[a-]", "-", true), ("[z-a]", "m", false),
  ])
  func `a glob matches characters`(pattern: String, name: String, isMatch: Bool) {
    #expect(NameGlob(pattern).matches(name) == isMatch)
  }

  @Test func `a glob's star also matches dots`() {
    #expect(NameGlob("blocks.0.*").matches("blocks.0.attn.weight"))
    #expect(!NameGlob("blocks.0.*").matches("blocks.10.attn.weight"))
    #expect([NameGlob]().admit("anything"))
    #expect(![NameGlob("a*"), NameGlob("b*")].admit("c"))
  }

  @Test func `tied tensors are inspected alike`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("pytorch/accepts/ties.pt"))
    let found = try checkpoint.inspected(checkpoint.tensors, [.hash, .statistics])
    #expect(found.map(\.tensor.name) == checkpoint.tensors.map(\.name))
    #expect(try found.map(\.sha256) == checkpoint.tensors.map { try $0.content.sha256() })
    #expect(!checkpoint.ties.isEmpty)
  }

  @Test func `only the checksums of what is read are compared`() throws {
    let whole = try Checkpoint.open(Fixtures.path("pytorch/accepts/state-dict.pt"))
    guard case .dense(let first) = whole.tensors[0].content else { throw TensorDump.Malformed() }
    var bytes = try Fixtures.bytes("pytorch/accepts/state-dict.pt")
    bytes[first.storage.start] ^= 1
    let folder = try TemporaryFolder()
    let damaged = try Checkpoint.open(folder.write("damaged.pt", bytes))
    let error = #expect(throws: Rejection.self) {
      try PayloadVerification(of: damaged, reading: Array(damaged.tensors[..<1])).warnings()
    }
    #expect(error?.rule.id == "Z04")
    let others = Array(damaged.tensors[1...])
    #expect(try PayloadVerification(of: damaged, reading: others).warnings().isEmpty)
  }
}

import Archives
import Diagnostics
import TestSupport
import Testing

struct ZipAcceptanceTests {
  private static let text = String(
    repeating: "The quick brown fox jumps over the lazy dog. ", count: 4)

  /// What the generator put into each fixture, in the order of the directory.
  private static let cases: [(file: String, entries: [(String, [UInt8])])] = [
    ("stored-and-deflated.zip", [one, ("a/text", Array(text.utf8))]),
    ("comment.zip", [one, ("a/text", Array(text.utf8))]),
    ("zip64-local.zip", [one, ("a/text", Array(text.utf8))]),
    ("streamed.zip", [one, ("a/text", Array(text.utf8))]),
    ("streamed-zip64.zip", [one, ("a/text", Array(text.utf8))]),
    ("unicode-and-folder.zip", [("gewichte/ä.bin", Array("umlaut".utf8)), ("gewichte/", [])]),
    ("torch-like.pt", records),
    ("no-checksums.pt", records),
    ("zip64-end.zip", [one, two]),
    ("zip64-end-redundant.zip", [one, two]),
    ("zip64-central.zip", [one, two]),
    ("zip64-central-all-fields.zip", [one, two]),
    ("torch-beyond-4gib-style.zip", [one, two]),
    ("descriptor-unsigned.zip", [one]),
    ("descriptor-unsigned-64.zip", [one]),
    ("padding-between.zip", [one, two]),
    ("empty-deflate.zip", [("a/nothing", [])]),
  ]
  private static let one = ("a/one", Array("first payload".utf8))
  private static let two = ("a/two", Array("second payload".utf8))
  private static let records: [(String, [UInt8])] = [
    ("archive/data.pkl", [0x80, 2] + Array("}q".utf8) + [0, 0x2E]),
    ("archive/byteorder", Array("little".utf8)), ("archive/data/0", Array(0..<12)),
    ("archive/data/1", []), ("archive/version", Array("3\n".utf8)),
  ]

  @Test(arguments: cases.indices)
  func `an archive yields what was put in`(index: Int) throws {
    let (file, expected) = Self.cases[index]
    let found = try contents(of: Fixtures.bytes("zip/accepts/" + file))
    #expect(found == expected.map { Content(name: $0.0, bytes: $0.1) }, "\(file)")
  }

  @Test func `every accepted fixture can be opened and verified`() throws {
    for file in try Fixtures.names(in: "zip/accepts") {
      #expect(throws: Never.self, "\(file)") {
        try contents(of: Fixtures.bytes("zip/accepts/" + file))
      }
    }
  }

  @Test func `payloads written by torch begin at multiples of 64`() throws {
    let archive = try open(Fixtures.bytes("zip/accepts/torch.pt"))
    #expect(archive.entries.map(\.dataOffset).allSatisfy { $0 % 64 == 0 })
    #expect(archive.entries.first?.name == "archive/data.pkl")
    #expect(archive["archive/version"]?.size == 2)
    #expect(archive["archive/data/0"]?.size == 12)
    #expect(archive["archive/data/1"]?.size == 0)
    #expect(archive["archive/data/2"] == nil)
  }

  @Test(arguments: ["numpy.npz", "numpy-deflated.npz"])
  func `arrays written by numpy end in their three floats`(file: String) throws {
    let found = try contents(of: Fixtures.bytes("zip/accepts/" + file))
    #expect(found.map(\.name) == ["a.npy"])
    #expect(found.first?.bytes.suffix(12) == [0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
  }

  @Test func `a comment is handed out`() throws {
    let archive = try open(Fixtures.bytes("zip/accepts/comment.zip"))
    #expect(String(decoding: archive.comment, as: UTF8.self) == "made by hand")
  }

  @Test func `an archive without any checksum is read with a warning`() throws {
    var audit = Audit()
    let bytes = try Fixtures.bytes("zip/accepts/no-checksums.pt")
    let archive = try ZipArchive(parsing: bytes.span.bytes, audit: &audit)
    #expect(archive.crcDisabled)
    #expect(audit.warnings.map(\.rule.id) == ["Z04"])
  }

  @Test func `padding between entries earns a warning`() throws {
    var audit = Audit()
    let bytes = try Fixtures.bytes("zip/accepts/padding-between.zip")
    _ = try ZipArchive(parsing: bytes.span.bytes, audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == ["Z16"])
  }

  @Test func `a payload larger than a chunk comes in pieces of at most 256 KiB`() throws {
    let payload = [UInt8](repeating: 7, count: 600_000)
    let bytes = ZipBytes.archive([("a", payload)])
    var audit = Audit()
    let archive = try ZipArchive(parsing: bytes.span.bytes, audit: &audit)
    var sizes: [Int] = []
    try archive.read(archive.entries[0], in: bytes.span.bytes, audit: &audit) { piece in
      sizes.append(piece.byteCount)
    }
    #expect(sizes == [262_144, 262_144, 75_712])
  }

  @Test func `an archive of 70 000 entries needs the 64-bit end record and is read`() throws {
    let bytes = ZipBytes.archive((0..<70_000).map { ("\($0)", []) })
    let archive = try open(bytes)
    #expect(archive.entries.count == 70_000)
    #expect(archive["69999"]?.name == "69999")
  }
}

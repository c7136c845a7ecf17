import Archives
import Diagnostics
import TestSupport
import Testing

struct ArchiveRulesTests {
  @Test func `the rules are Z01 to Z20, each once`() {
    let expected = (1...20).map { "Z" + ($0 < 10 ? "0" : "") + String($0) }
    #expect(ArchiveRules.all.map { $0.id } == expected)
  }

  @Test func `every rule that is enforced here has a rejected fixture`() throws {
    let enforcedByCheckpoints: Set = ["Z13", "Z14", "Z15", "Z17", "Z18", "Z20"]
    let files = try Fixtures.names(in: "zip/rejects") + Fixtures.names(in: "tar/rejects")
    let shown = Set(files.map { String($0.prefix(3)) })
    #expect(shown == Set(ArchiveRules.all.map { $0.id }).subtracting(enforcedByCheckpoints))
  }

  @Test func `the checksum of 123456789 is the one that the catalogue of CRCs lists`() {
    var checksum = CRC32()
    checksum.update(Array("1234".utf8).span.bytes)
    checksum.update([UInt8]().span.bytes)
    checksum.update(Array("56789".utf8).span.bytes)
    #expect(checksum.value == 0xCBF4_3926)
  }

  @Test(arguments: [
    ("a GGUF model", Array("GGUF".utf8)), ("a PDF document", Array("%PDF-1.7".utf8)),
    ("an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("a bzip2 file", Array("BZh9".utf8)),
    ("a safetensors file", [8, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{}}".utf8)),
    ("a Python pickle", [0x80, 4, 0x95]), ("a JSON document", Array(" {\"error\": 1}".utf8)),
    ("a zip archive", [0x50, 0x4B, 3, 4]),
  ])
  func `a file is named by its first bytes`(kind: String, prefix: [UInt8]) {
    #expect(describeSignature(of: prefix.span.bytes) == kind)
  }

  @Test func `bytes of no known kind have no name`() {
    #expect(describeSignature(of: [UInt8]([1, 2, 3, 4]).span.bytes) == nil)
  }
}

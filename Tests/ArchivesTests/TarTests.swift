import Archives
import Diagnostics
import TestSupport
import Testing

struct TarTests {
  private static let rejects: [String] = [
    "Z05-file-and-folder.tar", "Z05-same-name.tar", "Z16-second-archive.tar", "Z16-trailing.tar",
    "Z19-absolute.tar", "Z19-checksum.tar", "Z19-device.tar", "Z19-empty.tar",
    "Z19-file-named-like-folder.tar", "Z19-folder-with-bytes.tar", "Z19-global-path.tar",
    "Z19-half-an-end.tar", "Z19-hard-link.tar", "Z19-long-link.tar", "Z19-long-name-and-pax.tar",
    "Z19-long-name-for-nothing.tar", "Z19-long-name-hides.tar", "Z19-long-name-of-2-mib.tar",
    "Z19-long-name-twice.tar", "Z19-name-too-long.tar", "Z19-no-end.tar", "Z19-no-mark.tar",
    "Z19-no-name.tar", "Z19-parent-in-long-name.tar", "Z19-parent-in-pax.tar",
    "Z19-parent-in-prefix.tar", "Z19-parent.tar", "Z19-pax-charset.tar", "Z19-pax-length.tar",
    "Z19-pax-link.tar", "Z19-pax-size-negative.tar", "Z19-pax-size-overflow.tar",
    "Z19-pax-sparse.tar", "Z19-pax-twice.tar", "Z19-pax-two-names.tar", "Z19-pax-without-value.tar",
    "Z19-size-2-63-less-1.tar", "Z19-size-cut-off.tar", "Z19-size-empty.tar",
    "Z19-size-negative.tar", "Z19-size-not-octal.tar", "Z19-size-overflow.tar", "Z19-sparse.tar",
    "Z19-symbolic-link.tar",
  ]
  private static let longName = String(repeating: "folder/", count: 20) + "long-name"

  @Test(arguments: ["ustar.tar", "gnu.tar", "pax.tar"])
  func `the three formats of tar yield the same members`(file: String) throws {
    let bytes = try Fixtures.bytes("tar/accepts/" + file)
    let archive = try Self.open(bytes)
    #expect(archive.entries.map { $0.name } == ["sys_info", "pickle", "folder", Self.longName])
    #expect(archive.entries.map { $0.size } == [4, 4, 0, 600])
    #expect(archive.entries.map { $0.kind } == [.file, .file, .folder, .file])
    let range = try #require(archive["pickle"]?.dataRange)
    #expect(Array(bytes[range]) == [0x80, 2, 0x4E, 0x2E])
  }

  @Test(arguments: ["binary-size.tar", "pax-size.tar", "global-comment.tar"])
  func `a member's size may be binary or come from a pax header`(file: String) throws {
    let bytes = try Fixtures.bytes("tar/accepts/" + file)
    let archive = try Self.open(bytes)
    #expect(archive.entries.map { $0.name } == ["a"])
    let range = try #require(archive["a"]?.dataRange)
    #expect(Array(bytes[range]) == Array("data".utf8))
  }

  @Test(arguments: rejects)
  func `a broken archive is rejected under the rule in its name`(file: String) throws {
    let bytes = try Fixtures.bytes("tar/rejects/" + file)
    let rule = rejectedRule { () throws(Rejection) in _ = try Self.open(bytes) }
    #expect(rule == String(file.prefix(3)))
  }

  @Test func `every file among the rejects is listed above`() throws {
    #expect(try Fixtures.names(in: "tar/rejects") == Self.rejects.sorted())
  }

  @Test func `bytes after the end can be excused`() throws {
    let bytes = try Fixtures.bytes("tar/rejects/Z16-trailing.tar")
    var audit = Audit(leniency: ["Z16"])
    let archive = try TarArchive(parsing: bytes.span.bytes, audit: &audit)
    #expect(archive.entries.map { $0.name } == ["a"])
    #expect(audit.warnings.map { $0.rule.id } == ["Z16"])
  }

  @Test(arguments: ["pax.tar", "gnu.tar"])
  func `no changed or missing byte makes the parser trap`(file: String) throws {
    let bytes = try Fixtures.bytes("tar/accepts/" + file)
    // Payloads and padding are not looked at; headers are, at every eleventh byte.
    for position in stride(from: 0, to: bytes.count, by: 11) {
      var changed = bytes
      changed[position] ^= 1 << UInt8(position % 8)
      _ = rejectedRule { () throws(Rejection) in _ = try Self.open(changed) }
    }
    for count in stride(from: 0, to: bytes.count - 512, by: 97) {
      let rule = rejectedRule { () throws(Rejection) in
        _ = try Self.open(Array(bytes.prefix(count)))
      }
      #expect(rule == "Z19", "cut to \(count) bytes")
    }
  }

  private static func open(_ bytes: [UInt8]) throws(Rejection) -> TarArchive {
    var audit = Audit()
    return try TarArchive(parsing: bytes.span.bytes, audit: &audit)
  }
}

import Archives
import Diagnostics
import TestSupport
import Testing

struct ZipRejectionTests {
  /// Every way to be wrong that has a file; the name begins with the rule.
  private static let files: [String] = [
    "Z01-7z.pt", "Z01-empty-archive.zip", "Z01-empty.pt", "Z01-gzip.pt", "Z01-html.pt",
    "Z01-legacy-torch.pt", "Z01-lfs-pointer.pt", "Z01-rar.pt", "Z02-comment-cut-off.zip",
    "Z02-cut-in-end-record.pt", "Z02-cut-in-half.pt", "Z03-archive-behind-archive.zip",
    "Z03-count-absurd.zip",
    "Z03-count-too-large.zip", "Z03-count-too-small.zip", "Z03-directory-offset-beyond.zip",
    "Z03-directory-offset.zip", "Z03-directory-signature.zip", "Z03-directory-size.zip",
    "Z03-entry-on-second-disk.zip", "Z03-second-disk-64.zip", "Z03-second-disk.zip",
    "Z03-two-counts.zip", "Z04-checksum.zip", "Z04-deflate-cut-off.zip", "Z04-deflate-damaged.zip",
    "Z04-deflate-shorter-than-said.zip", "Z04-one-checksum-zero.zip", "Z04-payload-bit.pt",
    "Z05-case-twin.zip", "Z05-same-name.zip", "Z05-two-data-pkl.pt", "Z06-checksum.zip",
    "Z06-compressed-size.zip", "Z06-descriptor-checksum.pt", "Z06-descriptor-compressed-size.pt",
    "Z06-descriptor-missing.zip", "Z06-descriptor-size.pt", "Z06-encrypted-locally.zip",
    "Z06-extra-overruns.zip", "Z06-flags.zip", "Z06-method.zip", "Z06-name.zip",
    "Z06-other-name-in-extra.zip", "Z06-size.zip", "Z06-stored-sizes-differ.zip",
    "Z06-zero-sizes-without-descriptor.zip", "Z07-offset-beyond-file.zip",
    "Z07-offset-in-directory.zip", "Z07-offset-into-padding.zip", "Z07-offset-of-another.pt",
    "Z08-entry-in-entry.zip", "Z08-into-directory.zip", "Z08-quoted-overlap.zip",
    "Z09-announced-64-gib.zip", "Z09-more-than-announced.zip", "Z09-ratio.zip", "Z10-aes.zip",
    "Z10-encrypted.zip", "Z10-lzma.zip", "Z10-masked.zip", "Z10-patched.zip",
    "Z10-strongly-encrypted.zip", "Z10-unknown-flag.zip", "Z11-beyond-2-63.zip",
    "Z11-contradicting-size.zip", "Z11-end-beyond-2-63.zip", "Z11-end-record-length.zip",
    "Z11-end-records-disagree.zip", "Z11-local-stranger.zip", "Z11-local-too-short.zip",
    "Z11-locator-astray.zip", "Z11-odd-length.zip", "Z11-too-short.zip", "Z11-two-fields.zip",
    "Z12-absolute.zip", "Z12-backslash.zip", "Z12-control.zip", "Z12-device.zip", "Z12-dot.zip",
    "Z12-double-slash.zip", "Z12-drive.zip", "Z12-empty.zip", "Z12-folder-with-bytes.zip",
    "Z12-latin-1.zip", "Z12-long.zip", "Z12-nul.zip", "Z12-parent.zip", "Z12-reversed.zip",
    "Z12-symlink.zip", "Z16-after-deflate.zip", "Z16-cut-end-in-comment.zip",
    "Z16-end-in-comment.zip", "Z16-script-before.pt", "Z16-trailing.pt",
    "Z16-unlisted-first.zip", "Z16-unlisted-last.zip",
  ]

  @Test(arguments: files)
  func `a broken archive is rejected under the rule in its name`(file: String) throws {
    let bytes = try Fixtures.bytes("zip/rejects/" + file)
    let rule = rejectedRule { () throws(Rejection) in try contents(of: bytes) }
    #expect(rule == String(file.prefix(3)))
  }

  @Test func `every file among the rejects is listed above`() throws {
    #expect(try Fixtures.names(in: "zip/rejects") == Self.files.sorted())
  }

  /// What torch itself would load.
  @Test(arguments: [
    "Z04-payload-bit.pt", "Z04-checksum.zip", "Z04-one-checksum-zero.zip", "Z05-case-twin.zip",
    "Z09-ratio.zip", "Z16-trailing.pt", "Z16-unlisted-last.zip",
  ])
  func `a rule that torch does not know can be relaxed`(file: String) throws {
    let bytes = try Fixtures.bytes("zip/rejects/" + file)
    let rule = rejectedRule { () throws(Rejection) in
      try contents(of: bytes, lenient: [String(file.prefix(3))])
    }
    #expect(rule == nil)
  }

  @Test(arguments: files)
  func `leniency never excuses what would be read in two ways`(file: String) throws {
    let relaxable = [
      "Z04-payload-bit.pt", "Z04-checksum.zip", "Z04-one-checksum-zero.zip", "Z05-case-twin.zip",
      "Z09-ratio.zip", "Z16-trailing.pt", "Z16-unlisted-last.zip",
    ]
    let bytes = try Fixtures.bytes("zip/rejects/" + file)
    let everything = Set(ArchiveRules.all.map(\.id))
    let rule = rejectedRule { () throws(Rejection) in try contents(of: bytes, lenient: everything) }
    #expect((rule == nil) == relaxable.contains(file))
  }

  @Test(arguments: [
    ("Z01-empty.pt", "an empty file"), ("Z01-empty-archive.zip", "an empty zip archive"),
    ("Z01-7z.pt", "a 7z archive"), ("Z01-rar.pt", "a RAR archive"), ("Z01-gzip.pt", "a gzip file"),
    ("Z01-html.pt", "an HTML page"),
    ("Z01-lfs-pointer.pt", "a git-LFS pointer, not the file it stands for"),
    ("Z01-legacy-torch.pt", "a checkpoint in the format before torch 1.6"),
  ])
  func `a file that is no zip archive is told what it is`(file: String, kind: String) throws {
    let bytes = try Fixtures.bytes("zip/rejects/" + file)
    let rejection = #expect(throws: Rejection.self) { try open(bytes) }
    #expect(rejection?.message == "this is \(kind)")
  }

  @Test func `limits on entries and names and unpacked bytes are obeyed`() throws {
    let bytes = try Fixtures.bytes("zip/accepts/stored-and-deflated.zip")
    for (limits, rule) in [
      (Self.limits { $0.entryCount = 1 }, "Z09"), (Self.limits { $0.nameByteCount = 5 }, "Z12"),
      (Self.limits { $0.inflatedByteCount = 179 }, "Z09"),
      (Self.limits { ($0.inflationRatio, $0.inflationRatioFloor) = (2, 100) }, "Z09"),
    ] {
      var audit = Audit()
      let found = rejectedRule { () throws(Rejection) in
        _ = try ZipArchive(parsing: bytes.span.bytes, limits: limits, audit: &audit)
      }
      #expect(found == rule)
    }
  }

  @Test func `reading from other bytes than were opened is rejected`() throws {
    let bytes = try Fixtures.bytes("zip/accepts/stored-and-deflated.zip")
    let archive = try open(bytes)
    let shorter = Array(bytes.dropLast())
    var audit = Audit()
    let rule = rejectedRule { () throws(Rejection) in
      try archive.verify(archive.entries[0], in: shorter.span.bytes, audit: &audit)
    }
    #expect(rule == "Z02")
  }

  private static func limits(_ change: (inout ArchiveLimits) -> Void) -> ArchiveLimits {
    var limits = ArchiveLimits()
    change(&limits)
    return limits
  }
}

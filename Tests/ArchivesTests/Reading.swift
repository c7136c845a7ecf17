import Archives
import Diagnostics

/// Opens an archive with default limits and without leniency.
func open(_ bytes: [UInt8], lenient: Set<String> = []) throws(Rejection) -> ZipArchive {
  var audit = Audit(leniency: lenient)
  return try ZipArchive(parsing: bytes.span.bytes, audit: &audit)
}

/// One entry's name and payload.
struct Content: Equatable {
  let name: String
  var bytes: [UInt8] = []
}

/// Opens an archive and reads every entry.
@discardableResult
func contents(
  of bytes: [UInt8], lenient: Set<String> = []
) throws(Rejection) -> [Content] {
  var audit = Audit(leniency: lenient)
  let archive = try ZipArchive(parsing: bytes.span.bytes, audit: &audit)
  var contents: [Content] = []
  for entry in archive.entries {
    var content = Content(name: entry.name)
    try archive.read(entry, in: bytes.span.bytes, audit: &audit) { (piece) throws(Rejection) in
      for offset in 0..<piece.byteCount {
        content.bytes.append(piece.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      }
    }
    contents.append(content)
  }
  return contents
}

/// The id of the rule that `body` is rejected under, or nil if it succeeds.
func rejectedRule(_ body: () throws(Rejection) -> Void) -> String? {
  do throws(Rejection) {
    try body()
    return nil
  } catch {
    return error.rule.id
  }
}

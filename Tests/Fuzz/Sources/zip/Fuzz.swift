import Archives
import Diagnostics

/// Reads the bytes as a zip archive and unpacks every entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var audit = Audit(leniency: ["Z04", "Z05", "Z16", "Z18"])
  guard let archive = try? ZipArchive(parsing: bytes, audit: &audit) else { return 0 }
  for entry in archive.entries { try? archive.verify(entry, in: bytes, audit: &audit) }
  return 0
}

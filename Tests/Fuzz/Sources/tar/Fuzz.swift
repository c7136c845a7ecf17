import Archives
import Diagnostics

/// Reads the bytes as a tar archive and looks at the first and last byte of every member.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var audit = Audit()
  guard let archive = try? TarArchive(parsing: bytes, audit: &audit) else { return 0 }
  // `extracting` traps where a member reaches beyond the archive, which is what is to be found.
  for entry in archive.entries { _ = bytes.extracting(entry.dataRange) }
  return 0
}

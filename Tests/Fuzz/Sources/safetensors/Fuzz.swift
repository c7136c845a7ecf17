import Checkpoints
import Diagnostics

/// Reads the bytes as a safetensors file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var audit = Audit()
  guard let header = try? SafetensorsHeader(parsing: bytes, audit: &audit) else { return 0 }
  for entry in header.entries {
    let start = header.payloadStart + entry.range.lowerBound
    _ = bytes.extracting(start..<(start + entry.range.count))
  }
  return 0
}

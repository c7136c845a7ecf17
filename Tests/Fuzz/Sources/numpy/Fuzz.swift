import Checkpoints
import Diagnostics

/// Reads the bytes as a NumPy array.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var audit = Audit(leniency: ["N09"])
  guard let array = try? NumPyArray(parsing: bytes, audit: &audit) else { return 0 }
  _ = bytes.extracting(array.dataStart...)
  return 0
}

import Checkpoints

/// Parses the bytes as JSON; what could be parsed must survive being written and parsed again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  guard let value = try? JSONValue(parsing: bytes) else { return 0 }
  let written = value.encoded()
  guard let again = try? JSONValue(parsing: written) else {
    preconditionFailure("what was written is no JSON")
  }
  precondition(again.encoded() == written, "writing is not stable")
  return 0
}

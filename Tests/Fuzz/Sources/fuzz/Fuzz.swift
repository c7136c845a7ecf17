import FuzzEntries
import Glibc

/// The parser that the variable FUZZER names.
private let entry: FuzzEntry = {
  let name = getenv("FUZZER").map { String(cString: $0) } ?? ""
  guard let entry = FuzzEntry(rawValue: name) else {
    preconditionFailure("FUZZER must be one of \(FuzzEntry.allCases.map(\.rawValue))")
  }
  return entry
}()

/// One run; libFuzzer brings the main function and calls this.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  entry.run(UnsafeRawBufferPointer(start: start, count: count).bytes)
  return 0
}

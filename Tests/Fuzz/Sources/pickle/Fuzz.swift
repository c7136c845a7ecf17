import Diagnostics
import Pickle

/// Runs the bytes as a pickle, with symbols of every verdict.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var audit = Audit(leniency: ["P02", "P06", "P16", "P17", "P18", "P30"])
  let graph = try? PickleMachine.run(bytes, policy: verdict, audit: &audit)
  try? graph?.requireEnd(of: bytes, audit: &audit)
  return 0
}

private func verdict(_ symbol: Symbol) -> SymbolVerdict {
  switch symbol.module {
  case "collections", "torch._utils", "numpy": .callable
  case "torch": .constant
  case "torch.nn.modules.linear": .instance
  default: .unknown
  }
}

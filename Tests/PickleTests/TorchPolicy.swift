import Diagnostics
import Pickle
import TestSupport

/// What a reader of torch files would say: enough symbols for the fixtures.
enum TorchPolicy {
  static let callable: Set<String> = [
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter", "_codecs.encode", "__builtin__.bytes",
    "__builtin__.bytearray", "builtins.bytearray", "__builtin__.set", "__builtin__.frozenset",
    "builtins.set", "builtins.frozenset", "copy_reg._reconstructor",
    "numpy._core.multiarray._reconstruct", "numpy._core.multiarray.scalar", "numpy.dtype",
    "numpy._core.numeric._frombuffer", "torch.Size", "torch.serialization._get_layout",
    "torch.distributed.checkpoint.metadata._MEM_FORMAT_ENCODING", "pathlib.PosixPath",
  ]
  static let constant: Set<String> = [
    "torch.FloatStorage", "torch.LongStorage", "torch.float32", "numpy.ndarray",
  ]

  static func verdict(_ symbol: Symbol) -> SymbolVerdict {
    if callable.contains(symbol.description) { return .callable }
    if constant.contains(symbol.description) { return .constant }
    let holders = ["torch.nn.modules.", "__torch__", "torch.distributed.checkpoint."]
    return holders.contains { symbol.module.hasPrefix($0) } ? .instance : .unknown
  }
}

/// The graph of a fixture, read under the torch policy.
func read(_ bytes: [UInt8], lenient: Set<String> = []) throws(Rejection) -> PickleGraph {
  var audit = Audit(leniency: lenient)
  return try read(bytes, audit: &audit)
}

func read(_ bytes: [UInt8], audit: inout Audit) throws(Rejection) -> PickleGraph {
  let graph = try PickleMachine.run(
    bytes.span.bytes, policy: TorchPolicy.verdict, audit: &audit)
  try graph.requireEnd(of: bytes.span.bytes, audit: &audit)
  return graph
}

/// The id of the rule that rejects some bytes, or nil if they are read.
func rejectingRule(_ bytes: [UInt8], lenient: Set<String> = []) -> String? {
  do throws(Rejection) {
    _ = try read(bytes, lenient: lenient)
    return nil
  } catch { return error.rule.id }
}

/// What a scan under the torch policy tells.
func survey(_ bytes: [UInt8]) -> PickleSurvey {
  PickleMachine.survey(bytes.span.bytes, policy: TorchPolicy.verdict)
}

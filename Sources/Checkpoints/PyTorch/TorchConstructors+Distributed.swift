internal import Diagnostics

extension TorchConstructors {
  /// What the `.metadata` of a distributed checkpoint calls besides making instances.
  static var distributed: [String: Constructor] {
    [
      // An enumeration's member is pickled as a call with its number.
      "torch.distributed.checkpoint.metadata._MEM_FORMAT_ENCODING": {
        _, call throws(Rejection) in try call.argument(0)
      }
    ]
  }
}

internal import Diagnostics
internal import Pickle
internal import TensorCore

extension TorchObjectBuilder {
  /// `torch.storage._load_from_bytes(bytes)`: what plain `pickle.dumps` makes of a storage, a whole
  /// legacy file of that storage alone.
  ///
  /// The pickles inside may name storage classes and nothing else, so a nested file can neither
  /// call anything nor hold another one. Throws P13 where the bytes are anything but such a file.
  mutating func nestedStorage(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard case .bytes(let bytes) = try call.argument(0), call.arguments.count == 1 else {
      throw call.malformed("argument 0 is no byte string")
    }
    let place = Place(member: "bytes of \(call.name)")
    return try locating(place) { () throws(Rejection) in
      let input = CheckpointInput(path: "", storage: Storage(bytes))
      guard LegacyPyTorchFormat.recognizes(input) else {
        throw Rejection(PickleRules.forbiddenCall, "\(call.name) of no legacy PyTorch file")
      }
      let stream = try nestedStream(input.storage)
      guard let storage = try stream.storage(audit: &audit) else {
        throw Rejection(PickleRules.forbiddenCall, "\(call.name) of more than a storage")
      }
      let content = try stream.source.bytes(of: storage, audit: &audit)
      return .storage(
        tensors.adopt(storage, content, isBigEndian: stream.source.isBigEndian))
    }
  }

  /// Reads the pickles of a nested file, whose calls no caller can allow.
  private mutating func nestedStream(_ storage: Storage) throws(Rejection) -> LegacyStream {
    let unrelaxed = PickleRules.unknownCall
    var strict = Audit(leniency: audit.leniency.subtracting([unrelaxed.id]))
    defer {
      for warning in strict.warnings {
        audit.warn(warning.rule, warning.message, at: warning.place)
      }
    }
    do throws(Rejection) {
      return try LegacyStream(storage, policy: Self.nestedPolicy, audit: &strict)
    } catch  where error.rule == unrelaxed {
      throw Rejection(PickleRules.forbiddenCall, error.message, at: error.place)
    }
  }

  private static func nestedPolicy(_ symbol: Symbol) -> SymbolVerdict {
    TorchSymbols.isConstant(symbol) ? .constant : .unknown
  }
}

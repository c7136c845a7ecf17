internal import Diagnostics
internal import TensorCore

extension WeightsAndMetaFamily: WritableFamily {
  /// Tensors in `w`, and in `m` a text or the width of their codes, as the records of 2026-03-20
  /// write them.
  static func value(
    of tensors: [NamedTensor], notes: [String: String]
  ) throws(Rejection) -> TorchValue {
    var weights: [(name: String, value: TorchValue)] = []
    var meta: [(name: String, value: TorchValue)] = []
    for tensor in tensors {
      let content = try tensor.content.resolved()
      guard case .encoded(let encoded) = content else {
        weights.append((tensor.name, TorchValue(try tensor.stored())))
        meta.append((tensor.name, .string(notes[tensor.name] ?? "passthrough")))
        continue
      }
      let parts = encoded.components.map(\.tensor)
      if encoded.encoding is CastEncoding {
        weights.append((tensor.name, TorchValue(parts[0])))
        meta.append((tensor.name, .string(notes[tensor.name] ?? "passthrough")))
      } else if let scaled = encoded.encoding as? ScaledCodes {
        weights.append((tensor.name + ".q", TorchValue(parts[0])))
        weights.append((tensor.name + ".scale", TorchValue(parts[1])))
        meta.append((tensor.name, TorchValue([("type", .string("int\(scaled.bits ?? 8)"))])))
      } else {
        throw tensor.noPlace(encoded.encoding.kind)
      }
    }
    return TorchValue([("w", TorchValue(weights)), ("m", TorchValue(meta))])
  }
}

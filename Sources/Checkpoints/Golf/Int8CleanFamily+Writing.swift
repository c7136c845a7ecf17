internal import Diagnostics
public import TensorCore

extension Int8CleanFamily: WritableFamily {
  /// The baseline script's dictionaries, in its order and with its keys.
  static func value(
    of tensors: [NamedTensor], notes: [String: String]
  ) throws(Rejection) -> TorchValue {
    var parts = WrittenParts()
    for tensor in tensors { try parts.add(tensor) }
    return parts.value
  }

  private typealias Entries = [(name: String, value: TorchValue)]

  private struct WrittenParts {
    private var codes: Entries = []
    private var scales: Entries = []
    private var types: Entries = []
    private var passthrough: Entries = []
    private var originalTypes: Entries = []
    private var schemes: Entries = []

    mutating func add(_ tensor: NamedTensor) throws(Rejection) {
      let content = try tensor.content.resolved()
      guard case .encoded(let encoded) = content else {
        passthrough.append((tensor.name, TorchValue(try tensor.stored())))
        return
      }
      let parts = encoded.components.map(\.tensor)
      if encoded.encoding is CastEncoding {
        passthrough.append((tensor.name, TorchValue(parts[0])))
        originalTypes.append((tensor.name, .string(encoded.dtype.torchName)))
      } else if let scaled = encoded.encoding as? ScaledCodes {
        codes.append((tensor.name, TorchValue(parts[0])))
        scales.append((tensor.name, TorchValue(parts[1])))
        types.append((tensor.name, .string(encoded.dtype.torchName)))
        guard scaled.coverage == .row else { return }
        let scheme = TorchValue([("scheme", .string("per_row")), ("axis", .int(0))])
        schemes.append((tensor.name, scheme))
      } else {
        throw tensor.noPlace(encoded.encoding.kind)
      }
    }

    var value: TorchValue {
      var entries: Entries = [
        ("__quant_format__", .string("int8_clean_per_row_v1")), ("quantized", TorchValue(codes)),
        ("scales", TorchValue(scales)), ("dtypes", TorchValue(types)),
        ("passthrough", TorchValue(passthrough)),
      ]
      if !schemes.isEmpty { entries.append(("qmeta", TorchValue(schemes))) }
      if !originalTypes.isEmpty {
        entries.append(("passthrough_orig_dtypes", TorchValue(originalTypes)))
      }
      return TorchValue(entries)
    }
  }
}

extension DType {
  /// What PyTorch calls it, such as `bfloat16`.
  public var torchName: String { TorchTypeName.byDType[self]?.dtype ?? rawValue.lowercased() }
}

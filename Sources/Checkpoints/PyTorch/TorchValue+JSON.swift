internal import JSON

extension TorchValue {
  /// The value as JSON text, for metadata; what is no plain leaf is described in a string.
  var jsonText: String {
    if case .bigInt(let digits) = self { digits } else { jsonValue.text() }
  }

  private var jsonValue: JSONValue {
    switch self {
    case .none: .null
    case .bool(let value): .bool(value)
    case .int(let value): Int(exactly: value).map(JSONValue.integer) ?? .string(String(value))
    // Python's json module writes NaN and infinities as bare words; a string is valid JSON.
    case .float(let value): value.isFinite ? .number(value) : .string(String(value))
    case .bigInt(let text), .string(let text), .symbol(let text): .string(text)
    case .bytes(let bytes): .string("<\(bytes.count) bytes>")
    case .opaque(let text): .string("<\(text)>")
    case .object(let name, _): .string("<\(name)>")
    case .list(let items), .tuple(let items): .array(items.map(\.jsonValue))
    case .dict(let dict): .object(dict.entries.map { ($0.key.pathComponent, $0.value.jsonValue) })
    case .tensor: .string("<tensor>")
    case .storage: .string("<storage>")
    }
  }
}

extension TorchValue {
  /// The value as a part of a tensor's name, cut off where it is too long for one: the parts of a
  /// tuple can be shared and stand for more text than memory holds.
  var pathComponent: String {
    var text = ""
    appendPathComponent(to: &text)
    return text
  }

  private func appendPathComponent(to text: inout String) {
    switch self {
    case .string(let value): text += value
    case .int(let value): text += String(value)
    case .bigInt(let value), .opaque(let value), .symbol(let value): text += value
    case .bool(let value): text += value ? "True" : "False"
    case .float(let value): text += String(value)
    case .tuple(let items): appendItems(items, to: &text)
    case .none: text += "None"
    case .bytes(let bytes): text += Self.literal(bytes)
    default: text += "?"
    }
  }

  /// Bytes as Python prints them: `b'k'`.
  private static func literal(_ bytes: [UInt8]) -> String {
    let holdsApostrophe = bytes.contains(UInt8(ascii: "'"))
    let quote = holdsApostrophe && !bytes.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var text = "b" + quote
    for byte in bytes.prefix(FlatteningBudget.maximumNameBytes) {
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\"
      case UInt8(ascii: "\t"): text += "\\t"
      case UInt8(ascii: "\n"): text += "\\n"
      case UInt8(ascii: "\r"): text += "\\r"
      case UInt8(ascii: "'") where quote == "'": text += "\\'"
      case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text + quote
  }

  private func appendItems(_ items: [TorchValue], to text: inout String) {
    text += "("
    for (index, item) in items.enumerated() {
      guard text.utf8.count <= FlatteningBudget.maximumNameBytes else { return }
      if index > 0 { text += ", " }
      item.appendPathComponent(to: &text)
    }
    text += ")"
  }
}

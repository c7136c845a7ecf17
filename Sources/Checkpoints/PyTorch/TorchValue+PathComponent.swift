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
    default: text += "?"
    }
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

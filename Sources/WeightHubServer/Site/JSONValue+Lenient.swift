internal import JSON
internal import RecordFormats

/// What a stranger's JSON says, where it says it in the right form: anything else is left out.
extension JSONValue {
  private static let longestText = 400

  /// A text under one of some keys, cut where nobody reads on.
  func text(_ keys: [String]) -> String? {
    for key in keys {
      guard let text = self[key]?.string, !text.isEmpty else { continue }
      let start = text.unicodeScalars.prefix(Self.longestText)
      return start.count < text.unicodeScalars.count ? String(start) + "…" : text
    }
    return nil
  }

  /// A finite number under one of some keys.
  func number(_ keys: [String]) -> Double? {
    for key in keys {
      switch self[key] {
      case .integer(let value): return Double(value)
      case .unsigned(let value): return Double(value)
      case .number(let value) where value.isFinite: return value
      default: continue
      }
    }
    return nil
  }

  /// A count of at most a trillion under one of some keys.
  func count(_ keys: [String]) -> Int? {
    for key in keys {
      if let value = self[key]?.integer, (0...1_000_000_000_000).contains(value) { return value }
    }
    return nil
  }
}

/// The same in a manifest or an index.
extension JSONValue {
  subscript(key: RecordKey) -> JSONValue? { self[key.rawValue] }

  func text(_ key: RecordKey) -> String? { text([key.rawValue]) }
  func number(_ key: RecordKey) -> Double? { number([key.rawValue]) }
  func count(_ key: RecordKey) -> Int? { count([key.rawValue]) }

  /// The first elements of a list.
  func list(_ key: RecordKey, atMost count: Int) -> ArraySlice<JSONValue> {
    (self[key]?.elements ?? []).prefix(count)
  }
}

internal import TextCoding

/// What a request names: the parts of its path, decoded, and its query.
struct RequestTarget: Sendable {
  /// The parts between slashes, percent-decoded: a part may hold a slash of its own.
  let parts: [String]
  /// Names and values, in order.
  let query: [(name: String, value: String)]

  /// Nil where the path is no path, or its percent-encoding is none of UTF-8.
  init?(_ text: String) {
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = halves.first, path.hasPrefix("/") else { return nil }
    var parts: [String] = []
    for part in path.split(separator: "/") {
      guard let decoded = PercentEncoding.decode(part) else { return nil }
      parts.append(decoded)
    }
    self.parts = parts
    guard let query = Self.pairs(halves.count > 1 ? halves[1] : "") else { return nil }
    self.query = query
  }

  /// The pairs of a query or of a form; nil where one is not encoded in UTF-8.
  static func pairs(_ text: Substring) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(halves[0], space: .plus),
        let value = PercentEncoding.decode(halves.count > 1 ? halves[1] : "", space: .plus)
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  /// The first value of a name.
  func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The number of a name, moved into a range; another where there is none.
  func number(_ name: String, in range: ClosedRange<Int>, or other: Int) -> Int {
    let number = value(name).flatMap(Int.init) ?? other
    return min(max(number, range.lowerBound), range.upperBound)
  }

  /// Whether a name stands for yes.
  func flag(_ name: String) -> Bool { ["1", "true"].contains(value(name)?.lowercased()) }
}

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
      guard let decoded = Self.decoded(part) else { return nil }
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
      guard let name = decoded(halves[0], isForm: true),
        let value = decoded(halves.count > 1 ? halves[1] : "", isForm: true)
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  /// The first value of a name.
  func value(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Whether a name stands for yes.
  func flag(_ name: String) -> Bool { ["1", "true"].contains(value(name)?.lowercased()) }

  private static func decoded(_ text: Substring, isForm: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var rest = Substring(text).utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
      else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    UInt8(String(UnicodeScalar(byte)), radix: 16)
  }
}

extension String {
  /// The text as a part of a path or a value of a query: everything but letters, digits and `-._~`
  /// is percent-encoded, slashes too unless they are kept.
  func percentEncoded(keepingSlashes: Bool = false) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in utf8 {
      let isPlain =
        UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
        || keepingSlashes && byte == UInt8(ascii: "/")
      bytes +=
        isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

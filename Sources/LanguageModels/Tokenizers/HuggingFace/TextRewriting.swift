@_spi(_Unicode) import Swift

/// The text with every stretch that is no UTF-8 turned into U+FFFD.
func repaired(_ text: [UInt8]) -> [UInt8] { Array(String(decoding: text, as: UTF8.self).utf8) }

/// The text in Unicode's composed form (NFC), as the standard library computes it for comparisons.
func composed(_ text: [UInt8]) -> [UInt8] {
  if text.allSatisfy({ $0 < 0x80 }) { return text }
  var result = String.UnicodeScalarView()
  for scalar in String(decoding: text, as: UTF8.self)._nfc { result.append(scalar) }
  return Array(String(result).utf8)
}

/// The text with `content` for each `pattern` in it, cut where it grows beyond `limit`.
func replacing(
  _ text: [UInt8], _ pattern: [UInt8], _ content: [UInt8], limit: Int
) -> [UInt8] {
  guard let first = pattern.first else { return text }
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  var index = 0
  while index < text.count, result.count <= limit {
    if text[index] == first, text[index...].starts(with: pattern) {
      result += content
      index += pattern.count
    } else {
      result.append(text[index])
      index += 1
    }
  }
  return result
}

/// The parts of a text that end at these offsets, without empty ones.
func parts(_ text: [UInt8], endingAt ends: [Int]) -> [[UInt8]] {
  var start = 0
  var result: [[UInt8]] = []
  for end in ends where end > start {
    result.append(Array(text[start..<end]))
    start = end
  }
  return result
}

/// Where the parts of a text end that are digits, or are not.
func digitCuts(_ text: [UInt8], individually: Bool) -> [Int] {
  var ends: [Int] = []
  var offset = 0
  var wasDigit: Bool?
  for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
    let isDigit = isNumber(scalar)
    if let wasDigit, wasDigit != isDigit || (isDigit && individually) { ends.append(offset) }
    wasDigit = isDigit
    offset += UTF8.width(scalar)
  }
  return ends + [offset]
}

private func isNumber(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .decimalNumber, .letterNumber, .otherNumber: true
  default: false
  }
}

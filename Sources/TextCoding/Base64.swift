/// Base64 as RFC 4648 defines it: the standard alphabet, padded, without white space.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let invalid: UInt8 = 0xff
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  /// The text of bytes.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < count ? UInt32(bytes[index + place]) : 0) }
      for place in 0..<4 {
        let letter = alphabet[Int(group >> UInt32(18 - 6 * place) & 63)]
        text.append(place <= count ? letter : UInt8(ascii: "="))
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text; nil where it is not what `encode` would have written for them, so that
  /// no two texts stand for the same bytes.
  package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)) }

  /// The bytes of a text in ASCII, under the same rules.
  package static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var bitCount: UInt32 = 0
    for letter in text.dropLast(padding) {
      let value = values[Int(letter)]
      guard value != invalid else { return nil }
      group = group << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bitCount))
        group &= 1 << bitCount - 1
      }
    }
    guard group == 0, padding != 1 || bitCount == 2, padding != 2 || bitCount == 4 else {
      return nil
    }
    return bytes
  }
}

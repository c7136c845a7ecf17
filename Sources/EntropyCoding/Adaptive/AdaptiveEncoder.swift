internal import Diagnostics

/// Writes small numbers, bytes and text with probabilities that it learns on the way.
///
/// A range coder (Martin 1979) with 32 bits of range, as docs/formats/birdie.md defines it.
public struct AdaptiveEncoder {
  private var contexts = AdaptiveContexts()
  private var words: [ExactText: Int] = [:]
  private var low: UInt64 = 0
  private var range: UInt32 = .max
  private var bytes: [UInt8] = []

  /// An encoder of an empty message.
  public init() {}

  /// How many bits the message has so far, up to a constant: what something costs is a difference.
  public var bitCount: Double { Double(bytes.count) * 8 + Double(range.leadingZeroBitCount) }

  mutating func bit(_ bit: Bool, _ context: AdaptiveContext) {
    let index = contexts.index(of: context)
    let part = (range >> 16) * contexts[index].learn(bit)
    if bit {
      range = part
    } else {
      low += UInt64(part)
      range -= part
    }
    normalize()
  }

  /// Writes a value below `count`, all equally likely; 1 ≤ `count` ≤ 65536.
  public mutating func uniform(_ value: Int, below count: Int) {
    precondition((0..<count).contains(value) && count <= 65536, "a value below \(count)")
    let part = range / UInt32(count)
    low += UInt64(part) * UInt64(value)
    range = value == count - 1 ? range - part * UInt32(value) : part
    normalize()
  }

  private mutating func normalize() {
    while range < 1 << 24 {
      carry()
      bytes.append(UInt8(truncatingIfNeeded: low >> 24))
      low = (low & 0xFF_FFFF) << 8
      range <<= 8
    }
  }

  /// Adds what overflowed to the bytes that were written.
  private mutating func carry() {
    guard low >> 32 != 0 else { return }
    low &= 0xFFFF_FFFF
    var index = bytes.count - 1
    while bytes[index] == 0xFF {
      bytes[index] = 0
      index -= 1
    }
    bytes[index] += 1
  }

  /// The message. Nothing can be written after it.
  public consuming func finish() -> [UInt8] {
    // Of the numbers in the interval, one that ends in as many zeros as possible: a reader takes
    // bytes beyond the end for zeros.
    for bits in stride(from: 24, through: 0, by: -8) {
      let mask = UInt64(1) << UInt64(bits) - 1
      let value = (low + mask) & ~mask
      guard value < low + UInt64(range) else { continue }
      low = value
      carry()
      for shift in stride(from: 24, through: bits, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: low >> UInt64(shift)))
      }
      break
    }
    return bytes
  }
}

extension AdaptiveEncoder {
  /// Writes a number ≥ 0 by its length and digits; of these only the first `digitLimit` after the
  /// leading one, so those that are left must be zeros.
  public mutating func number(_ value: Int, _ field: Int, digitLimit: Int = 64) {
    let shifted = UInt64(value) + 1
    let count = 63 - shifted.leadingZeroBitCount
    for index in 0..<count { bit(true, .length(of: field, index)) }
    bit(false, .length(of: field, count))
    for index in 0..<min(count, digitLimit) {
      let digits = shifted >> UInt64(count - index)
      let next = shifted >> UInt64(count - index - 1) & 1
      bit(next == 1, .digit(of: field, count: count, after: digits))
    }
  }

  /// Writes a number of either sign.
  public mutating func signed(_ value: Int, _ field: Int) {
    number(value >= 0 ? 2 * value : -2 * value - 1, field)
  }

  /// Writes a bit that stands alone.
  public mutating func flag(_ value: Bool, _ field: Int) { bit(value, .flag(field)) }

  /// Writes a byte whose probability depends on two others.
  public mutating func byte(_ value: UInt8, _ field: Int, after a: Int = 0, _ b: Int = 0) {
    var digits: UInt64 = 1
    for shift in (0..<8).reversed() {
      let next = UInt64(value) >> UInt64(shift) & 1
      bit(next == 1, .byte(of: field, a, b, after: digits))
      digits = digits << 1 | next
    }
  }

  /// Writes text as UTF-8.
  public mutating func text(_ text: some Sequence<UInt8>) {
    let bytes = Array(text)
    number(bytes.count, CodedField.textLength)
    var (before, second) = (0, 0)
    for value in bytes {
      byte(value, CodedField.textByte, after: before, second)
      (before, second) = (Int(value), before)
    }
  }

  /// Writes a text that other parts of the message repeat.
  public mutating func word(_ text: String) {
    if let known = words[ExactText(text)] { return number(known, CodedField.word) }
    number(0, CodedField.word)
    self.text(text.utf8)
    words[ExactText(text)] = words.count + 1
  }

  /// Writes a checksum.
  public mutating func checksum(_ value: UInt32) {
    uniform(Int(value >> 16), below: 65536)
    uniform(Int(value & 0xFFFF), below: 65536)
  }
}

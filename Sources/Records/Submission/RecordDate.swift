/// The day of a record, with the time where one was given.
public struct RecordDate: Sendable, Equatable {
  /// The date as it was written: `2026-03-19` or `2026-03-19T10:00:00Z`.
  public let text: String
  /// The day alone: `2026-03-19`.
  public let day: String

  /// Reads `YYYY-MM-DD`, or that with a time and a zone as RFC 3339 has them; nil for other forms
  /// and for days and times that no calendar has.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, let day = Self.day(bytes[..<10]) else { return nil }
    guard bytes.count == 10 || Self.isTime(bytes[10...]) else { return nil }
    self.text = text
    self.day = day
  }

  private static func day(_ bytes: ArraySlice<UInt8>) -> String? {
    guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10])
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `T10:00:00`, perhaps a fraction, then `Z` or `+01:00`.
  private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    guard let mark = rest.popFirst(), mark | 0x20 == UInt8(ascii: "t"),
      take(&rest, below: 24), rest.popFirst() == UInt8(ascii: ":"),
      take(&rest, below: 60), rest.popFirst() == UInt8(ascii: ":"), take(&rest, below: 61)
    else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let digits = rest.prefix { isDigit($0) }
      guard !digits.isEmpty else { return false }
      rest = rest[digits.endIndex...]
    }
    guard let zone = rest.popFirst() else { return false }
    if zone | 0x20 == UInt8(ascii: "z") { return rest.isEmpty }
    return (zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-")) && take(&rest, below: 24)
      && rest.popFirst() == UInt8(ascii: ":") && take(&rest, below: 60) && rest.isEmpty
  }

  /// Steps over two digits of a number below `limit`.
  private static func take(_ bytes: inout ArraySlice<UInt8>, below limit: Int) -> Bool {
    guard bytes.count >= 2, let value = number(bytes.prefix(2)) else { return false }
    bytes = bytes.dropFirst(2)
    return value < limit
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard isDigit(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

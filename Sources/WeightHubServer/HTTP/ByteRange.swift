/// The part of a file that a request wants (RFC 9110, section 14).
enum ByteRange: Equatable {
  case whole
  case part(Range<Int>)
  case unsatisfiable

  /// Of several ranges none is taken: a server may always send the whole.
  init(_ header: String?, of byteCount: Int) {
    guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
      self = .whole
      return
    }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else {
      self = .whole
      return
    }
    switch (Self.number(ends[0]), Self.number(ends[1]), ends[0].isEmpty, ends[1].isEmpty) {
    case (let first?, let last?, _, _) where first <= last:
      self = Self.clamped(first, before: last == .max ? .max : last + 1, of: byteCount)
    case (let first?, nil, _, true): self = Self.clamped(first, before: .max, of: byteCount)
    case (nil, let count?, true, _) where count > 0 && byteCount > 0:
      self = .part(max(0, byteCount - count)..<byteCount)
    case (nil, _?, true, _): self = .unsatisfiable
    default: self = .whole
    }
  }

  private static func clamped(_ first: Int, before end: Int, of byteCount: Int) -> ByteRange {
    first < byteCount ? .part(first..<min(end, byteCount)) : .unsatisfiable
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text) ?? .max
  }
}

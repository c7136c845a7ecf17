/// The length of the well-formed UTF-8 character at `index`; nil where there is none.
func utf8Length(_ text: [UInt8], at index: Int) -> Int? {
  let first = text[index]
  if first < 0x80 { return 1 }
  let rest = text.count - index
  func isTrail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
    range.contains(text[index + offset])
  }
  switch first {
  case 0xc2...0xdf: return rest >= 2 && isTrail(1) ? 2 : nil
  case 0xe0...0xef:
    // No overlong forms, no surrogates.
    let second: ClosedRange<UInt8> =
      first == 0xe0 ? 0xa0...0xbf : first == 0xed ? 0x80...0x9f : 0x80...0xbf
    return rest >= 3 && isTrail(1, second) && isTrail(2) ? 3 : nil
  case 0xf0...0xf4:
    let second: ClosedRange<UInt8> =
      first == 0xf0 ? 0x90...0xbf : first == 0xf4 ? 0x80...0x8f : 0x80...0xbf
    return rest >= 4 && isTrail(1, second) && isTrail(2) && isTrail(3) ? 4 : nil
  default: return nil
  }
}

/// The length that the first byte of a character announces, cut at the end of the text.
@inline(__always)
func announcedLength(_ text: [UInt8], at index: Int) -> Int {
  let first = text[index]
  let length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  return min(length, text.count - index)
}

internal import Diagnostics
internal import TensorCore

/// A precompiled table of SentencePiece that rewrites characters: `nmt_nfkc` and the like.
///
/// A double-array trie (Darts-clone: 32-bit units) from byte strings to places in a list of
/// replacements that end with a zero byte. A unit that points outside matches nothing.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// The longest replacement that is read; the longest of Unicode's own has 33 bytes.
  static let maximumReplacementByteCount = 1024

  /// Reads `<size of trie><trie><replacements>`; throws K04.
  init(parsing blob: RawSpan) throws(Rejection) {
    guard blob.byteCount > 4 else { throw Self.damage("\(blob.byteCount) bytes") }
    // Four bytes are there; any bits are a number.
    let bits = unsafe blob.unsafeLoadUnaligned(as: UInt32.self)
    let size = Int(UInt32(littleEndian: bits))
    guard size < blob.byteCount - 4, size % 4 == 0, size > 0 else {
      throw Self.damage("a trie of \(size) bytes in a table of \(blob.byteCount)")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { offset in
      // In bounds: the last unit ends at 4 + size.
      UInt32(littleEndian: unsafe blob.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    replacements = blob.extracting((4 + size)...).copied()
    guard replacements.last == 0 else { throw Self.damage("the last replacement has no end") }
    let longest = replacements.split(separator: 0).lazy.map(\.count).max() ?? 0
    guard longest <= Self.maximumReplacementByteCount else {
      throw Self.damage("a replacement of \(longest) bytes")
    }
  }

  private static func damage(_ message: String) -> Rejection {
    Rejection(LanguageModelRules.damagedCharacterMap, message)
  }

  /// The longest rewritten string that `text` has at `start`, and what it becomes.
  func match(_ text: [UInt8], at start: Int) -> (length: Int, replacement: ArraySlice<UInt8>)? {
    guard let root = units.first else { return nil }
    var node = Self.offset(root)
    var found: (length: Int, value: Int)?
    for index in start..<text.count {
      let byte = UInt32(text[index])
      node ^= byte
      guard let unit = unit(node), unit & 0x8000_00ff == byte else { break }
      node ^= Self.offset(unit)
      guard unit >> 8 & 1 == 1 else { continue }
      guard let leaf = self.unit(node) else { break }
      found = (index + 1 - start, Int(leaf & 0x7fff_ffff))
    }
    guard let found, found.value < replacements.count else { return nil }
    let rest = replacements[found.value...]
    return (found.length, rest.prefix { $0 != 0 })
  }

  private func unit(_ node: UInt32) -> UInt32? {
    let index = Int(node)
    return index < units.count ? units[index] : nil
  }

  private static func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & 0x200) >> 6) }
}

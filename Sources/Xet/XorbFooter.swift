internal import Diagnostics

/// The footer that some xorbs have: a tag, a version, the xorb's hash, tables of its chunks, and at
/// the very end its own length. Uploads come without, and the chunks say all that is in it.
enum XorbFooter {
  private static let fixedByteCount = ChunkCursor.footerTag.count + 1 + XetHash.byteCount

  /// Checks the footer `bytes`, or nothing where there is none.
  static func check(_ bytes: RawSpan, of xorb: Xorb) throws(Rejection) {
    guard bytes.byteCount > 0 else { return }
    guard bytes.byteCount >= fixedByteCount + 4,
      Int(bytes.uint32(at: bytes.byteCount - 4)) == bytes.byteCount - 4
    else {
      throw Rejection(
        XetRules.xorbFooter, "\(bytes.byteCount) bytes are not what the last four say")
    }
    let named = XetHash(of: bytes, at: ChunkCursor.footerTag.count + 1)
    guard named == xorb.hash else {
      throw Rejection(XetRules.xorbFooter, "it names \(named), the chunks have \(xorb.hash)")
    }
  }
}

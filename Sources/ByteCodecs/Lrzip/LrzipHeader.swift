internal import Diagnostics

/// The first 24 bytes of an lrzip file.
struct LrzipHeader {
  static let count = 24
  private static let digestCount = 16
  private static let magic: [UInt8] = Array("LRZI".utf8)

  let outputCount: Int
  private let hasDigest: Bool

  static func recognizes(_ bytes: RawSpan) -> Bool { bytes.hasBytes(magic) }

  init(_ bytes: RawSpan) throws(Rejection) {
    guard Self.recognizes(bytes), bytes.byteCount >= Self.count,
      let digestKind = bytes.byte(at: 21), let encryption = bytes.byte(at: 22)
    else { throw Rejection(ByteCodecRules.damaged, "the lrzip header is incomplete") }
    guard bytes.hasBytes([0, 6], at: 4) else {
      throw Rejection(ByteCodecRules.unknownScheme, "lrzip format is not version 0.6")
    }
    guard encryption == 0, digestKind <= 1 else {
      throw Rejection(
        ByteCodecRules.unknownScheme, "lrzip file is encrypted or has an unknown kind of digest",
        at: Place(offset: 21))
    }
    guard let size = bytes.number(at: 6, width: 8) else {
      throw Rejection(
        ByteCodecRules.sizeLie, "lrzip announces more than 2⁶³ bytes", at: Place(offset: 6))
    }
    outputCount = size
    hasDigest = digestKind == 1
    guard bodyEnd(in: bytes) >= Self.count else {
      throw Rejection(ByteCodecRules.damaged, "lrzip file ends before its digest")
    }
  }

  /// Where the chunks end and the digest, if there is one, begins.
  func bodyEnd(in bytes: RawSpan) -> Int {
    bytes.byteCount - (hasDigest ? Self.digestCount : 0)
  }

  func verify(_ output: RawSpan, against bytes: RawSpan) throws(Rejection) {
    guard hasDigest else { return }
    guard bytes.hasBytes(MD5.digest(of: output), at: bodyEnd(in: bytes)) else {
      throw Rejection(
        ByteCodecRules.damaged, "the output does not have the MD5 at the end of the lrzip file",
        at: Place(offset: bodyEnd(in: bytes)))
    }
  }
}

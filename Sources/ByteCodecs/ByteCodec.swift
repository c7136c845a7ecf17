public import Diagnostics

/// A compressor of whole streams whose output Birdie can read: one file per conformer.
public protocol ByteCodec: Sendable {
  /// The lower-case name that reports and recipes use, such as `zstd`.
  static var id: String { get }
  /// The name as its authors write it.
  static var title: String { get }
  /// The specification that the stream follows.
  static var reference: String { get }

  /// Whether the bytes begin with the codec's magic; always false for a codec that has none.
  static func recognizes(_ bytes: RawSpan) -> Bool

  /// Hands the decoded bytes to `body`, in order and in pieces.
  ///
  /// `bytes` must be exactly one stream. Throws on damage (C03), on bytes after the stream (C02),
  /// on more output or memory than `limits` grant (C01) and on a declared size that does not hold
  /// (C10). What `body` received before a throw is not to be trusted.
  static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection)
}

/// The codecs that Birdie knows.
public enum ByteCodecs {
  /// Every codec, in the order in which magics are tried.
  public static let all: [any ByteCodec.Type] = [
    Zlib.self, Zstandard.self, XZ.self, Lrzip.self, Brotli.self,
  ]
}

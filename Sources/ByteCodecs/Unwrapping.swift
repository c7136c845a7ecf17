public import Diagnostics

/// Takes compressed artifacts apart, one layer at a time.
///
/// The caller loops: bytes → `nextStep` → `apply` into a new buffer or file → `nextStep` again,
/// until there is no next step. What remains is the container that the format readers know.
public enum Unwrapping {
  /// One layer to take off.
  public struct Step: Sendable {
    /// The name of the layer for reports, such as `brotli` or `byte-shuffle`.
    public let name: String
    /// Whether only the decoded bytes say that this layer is there: worth the warning C04.
    public let isGuess: Bool
    let layer: Layer
    let prefixCount: Int
  }

  enum Layer: Sendable {
    case codec(any ByteCodec.Type)
    case shuffle
  }

  /// How many layers an artifact may have.
  public static let maximumDepth = 4

  private static let tags: [(tag: [UInt8], codec: any ByteCodec.Type)] = [
    (Array("ZSTD".utf8), Zstandard.self), (Array("ZLIB".utf8), Zlib.self),
  ]
  private static let zipMagic: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  private static let containerMagics: [[UInt8]] = [zipMagic, Array("PGRP".utf8)]
  private static let shuffleMagic: [UInt8] = Array("BSHF".utf8)

  /// The outermost layer of `bytes`, or nil if there is none that Birdie knows.
  ///
  /// `bytes` is the whole artifact. `depth` is the number of layers taken off already; throws C11
  /// if one more would be too many, and C05 on a byte shuffle that cannot be undone.
  public static func nextStep(
    _ bytes: RawSpan, depth: Int
  ) throws(Rejection) -> Step? {
    guard let step = try outermost(bytes) else { return nil }
    guard depth < maximumDepth else {
      throw Rejection(
        ByteCodecRules.nesting, "\(step.name) inside \(depth) other layers")
    }
    return step
  }

  private static func outermost(_ bytes: RawSpan) throws(Rejection) -> Step? {
    if containerMagics.contains(where: { bytes.hasBytes($0) }) { return nil }
    if try ByteShuffle.header(of: bytes) != nil {
      return Step(name: ByteShuffle.id, isGuess: false, layer: .shuffle, prefixCount: 0)
    }
    for (tag, codec) in tags where bytes.hasBytes(tag) {
      if codec.recognizes(bytes.extracting(tag.count...)) {
        return step(codec, prefixCount: tag.count)
      }
    }
    for codec in ByteCodecs.all where codec.recognizes(bytes) { return step(codec) }
    return methodByteStep(bytes) ?? (isBrotli(bytes) ? step(Brotli.self, isGuess: true) : nil)
  }

  /// The wrapper whose first byte says 0 for xz, 1 for brotli and 2 for zstd.
  private static func methodByteStep(_ bytes: RawSpan) -> Step? {
    guard let method = bytes.byte(at: 0), method <= 2 else { return nil }
    let stream = bytes.extracting(1...)
    switch method {
    case 0: return XZ.recognizes(stream) ? step(XZ.self, prefixCount: 1) : nil
    case 1: return isBrotli(stream) ? step(Brotli.self, prefixCount: 1) : nil
    default: return Zstandard.recognizes(stream) ? step(Zstandard.self, prefixCount: 1) : nil
    }
  }

  private static func step(
    _ codec: any ByteCodec.Type, prefixCount: Int = 0, isGuess: Bool = false
  ) -> Step {
    Step(name: codec.id, isGuess: isGuess, layer: .codec(codec), prefixCount: prefixCount)
  }

  /// Brotli has no magic: only what comes out of it can tell.
  private static func isBrotli(_ bytes: RawSpan) -> Bool {
    isPlausible(Brotli.firstBytes(zipMagic.count, of: bytes))
  }

  private static func isPlausible(_ first: [UInt8]) -> Bool {
    first == zipMagic || first == shuffleMagic
  }

  /// Takes `step` off `bytes` and hands what was inside to `body`, in order and in pieces.
  public static func apply(
    _ step: Step, _ bytes: RawSpan, limits: DecodeLimits,
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    switch step.layer {
    case .shuffle: try ByteShuffle.unshuffle(bytes, body)
    case .codec(let codec):
      guard step.prefixCount <= bytes.byteCount else {
        throw Rejection(ByteCodecRules.damaged, "\(step.name) stream is missing")
      }
      do throws(Rejection) {
        try codec.decode(bytes.extracting(step.prefixCount...), limits: limits, body)
      } catch {
        throw shifted(error, by: step.prefixCount)
      }
    }
  }

  /// Codecs count from the start of their stream, users from the start of the file.
  private static func shifted(_ rejection: Rejection, by prefixCount: Int) -> Rejection {
    var rejection = rejection
    rejection.place.offset = rejection.place.offset.map { $0 + prefixCount }
    return rejection
  }
}

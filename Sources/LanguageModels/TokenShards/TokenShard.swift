public import Diagnostics
internal import Files
internal import TensorCore

/// A file of 16-bit tokens in the challenge's format.
///
/// 256 little-endian 32-bit numbers (20240520, version 1, the count of tokens, zeros), then the
/// tokens, two bytes each. The file is mapped: tokens that nobody asks for are never read.
public struct TokenShard: Sendable {
  /// The number that a shard begins with.
  public static let magic: UInt32 = 20_240_520
  /// The length of what comes before the tokens.
  public static let headerByteCount = 1024

  /// The path it was opened under.
  public let path: String
  /// How many tokens it holds.
  public let tokenCount: Int
  let storage: Storage

  /// Opens the shard at `path`; throws V01 to V03.
  public init(path: String) throws(Rejection) {
    let storage = Storage(try FileMapping(path: path))
    self.path = path
    self.storage = storage
    do throws(Rejection) {
      tokenCount = try Self.tokenCount(header: storage.bytes)
    } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// The count of tokens in a shard with this content; throws V01 to V03.
  public static func tokenCount(header bytes: RawSpan) throws(Rejection) -> Int {
    guard bytes.byteCount >= 4, number(bytes, 0) == magic else {
      throw Rejection(
        LanguageModelRules.notAShard,
        isText(bytes) ? "it holds text, not token ids" : "it does not begin with \(magic)")
    }
    guard bytes.byteCount >= headerByteCount else {
      throw Rejection(
        LanguageModelRules.shardLength,
        "\(bytes.byteCount) bytes are less than the header of \(headerByteCount)")
    }
    let version = number(bytes, 4)
    guard version == 1 else {
      throw Rejection(LanguageModelRules.unknownShardVersion, "version \(version)")
    }
    let count = Int(Int32(bitPattern: number(bytes, 8)))
    guard count >= 0, bytes.byteCount == headerByteCount + 2 * count else {
      throw Rejection(
        LanguageModelRules.shardLength,
        "the header says \(count) tokens; the file has \(bytes.byteCount) bytes")
    }
    return count
  }

  /// Whether the file begins like one that people write.
  private static func isText(_ bytes: RawSpan) -> Bool {
    let start = bytes.extracting(first: 256).copied()
    return !start.isEmpty && start.allSatisfy { $0 >= 0x20 || ($0 >= 0x09 && $0 <= 0x0d) }
  }

  private static func number(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
    // The callers checked that the header is there; any bits are a number.
    UInt32(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Adds the tokens in a range, which must lie inside, to `tokens`.
  func append(_ range: Range<Int>, to tokens: inout [UInt16]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokenCount, "inside the shard")
    let bytes = storage.bytes
    for index in range {
      let offset = Self.headerByteCount + 2 * index
      // Inside by the precondition and the check of the length.
      let token = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
      tokens.append(UInt16(littleEndian: token))
    }
  }

  /// Lets the pages of tokens go that were read.
  func forget(_ range: Range<Int>) {
    let start = Self.headerByteCount + 2 * range.lowerBound
    storage.forget(start..<(start + 2 * range.count))
  }
}

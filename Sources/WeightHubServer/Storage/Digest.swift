internal import Crypto
internal import FoundationEssentials
internal import GRDB
internal import TextCoding

/// Bytes that name what they were computed from; they are checked when they are made of text, so
/// that no path and no query is ever built of anything else.
protocol Digest: Sendable, Hashable, DatabaseValueConvertible {
  /// How many bytes there are.
  static var byteCount: Int { get }
  /// The bytes.
  var bytes: [UInt8] { get }
  /// A digest of exactly `byteCount` bytes.
  init(bytes: [UInt8])
}

extension Digest {
  /// The digest that 2 · `byteCount` lower-case hexadecimal digits spell; nil for anything else.
  init?(hex text: String) {
    guard let bytes = Hexadecimal.bytes(text), bytes.count == Self.byteCount else { return nil }
    self.init(bytes: bytes)
  }

  /// Lower-case hexadecimal digits.
  var hex: String { Hexadecimal.text(bytes) }

  /// The bytes as a blob.
  var databaseValue: DatabaseValue { Data(bytes).databaseValue }

  /// The digest of a blob of the right length.
  static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
    guard let data = Data.fromDatabaseValue(value), data.count == byteCount else { return nil }
    return Self(bytes: Array(data))
  }
}

/// The SHA-256 of a file's content.
struct ContentDigest: Digest {
  static let byteCount = 32
  let bytes: [UInt8]
}

/// The SHA-1 by which git names a blob, a tree or a commit.
struct ObjectID: Digest {
  static let byteCount = 20
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The name of an object: of its kind, its length and its body.
  init(_ kind: String, body: [UInt8]) {
    var hash = Insecure.SHA1()
    hash.update(data: Array("\(kind) \(body.count)\0".utf8))
    hash.update(data: body)
    bytes = Array(hash.finalize())
  }
}

/// The hash of a chunk or of a xorb, as the Xet protocol computes it.
struct ChunkDigest: Digest {
  static let byteCount = 32
  let bytes: [UInt8]
}

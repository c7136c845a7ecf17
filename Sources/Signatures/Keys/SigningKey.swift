internal import Crypto
public import Diagnostics
internal import Files
internal import TensorCore

/// A private key on an elliptic curve, which signs.
///
/// It has no description that would show it, and nothing here writes it.
public struct SigningKey: Sendable {
  private enum Key: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
  }

  private let key: Key
  /// The key that verifies what this one signs.
  public let publicKey: VerificationKey

  /// The curve.
  public var curve: EllipticCurve { publicKey.curve }

  /// Reads a key from PEM, in PKCS #8 or SEC 1; throws G08, and G09 for an encrypted one.
  public init(pem: [UInt8]) throws(Rejection) {
    let blocks = try PEMBlock.all(in: pem)
    let labels = ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    guard let block = blocks.first(where: { labels.contains($0.label) }) else {
      throw Self.missing(blocks)
    }
    guard !block.isEncrypted, block.label != "ENCRYPTED PRIVATE KEY" else {
      throw Rejection(SignaturesRules.encryptedKey, "the key needs a passphrase")
    }
    guard let key = Self.key(block.bytes) else {
      throw Rejection(
        SignaturesRules.key, "the private key is damaged, or on none of the three curves")
    }
    self.key = key
    publicKey =
      switch key {
      case .p256(let key): VerificationKey(key.publicKey)
      case .p384(let key): VerificationKey(key.publicKey)
      case .p521(let key): VerificationKey(key.publicKey)
      }
  }

  /// Reads a key from a file; notes G11 where others can read it too. Throws F01 and what
  /// `init(pem:)` throws.
  public init(path: String, audit: inout Audit) throws(Rejection) {
    let (pem, file) = try KeyFile.read(
      path, atMost: KeyFile.maximumByteCount, orRefuse: SignaturesRules.key)
    do throws(Rejection) { self = try SigningKey(pem: pem) } catch {
      throw error.inside(Place(file: path))
    }
    if KeyFile.isExposed(file.descriptor) {
      audit.warn(
        SignaturesRules.exposedKey, "its permissions let others read it", at: Place(file: path))
    }
  }

  /// The signature over bytes: ECDSA in DER, another one each time.
  func signature(over bytes: [UInt8]) throws(Rejection) -> [UInt8] {
    do {
      return switch key {
      case .p256(let key): Array(try key.signature(for: bytes).derRepresentation)
      case .p384(let key): Array(try key.signature(for: bytes).derRepresentation)
      case .p521(let key): Array(try key.signature(for: bytes).derRepresentation)
      }
    } catch {
      throw Rejection(SignaturesRules.key, "the key cannot sign")
    }
  }

  private static func key(_ der: [UInt8]) -> Key? {
    switch NamedCurve.of(der) {
    case .p256: (try? P256.Signing.PrivateKey(derRepresentation: der)).map(Key.p256)
    case .p384: (try? P384.Signing.PrivateKey(derRepresentation: der)).map(Key.p384)
    case .p521: (try? P521.Signing.PrivateKey(derRepresentation: der)).map(Key.p521)
    case nil: nil
    }
  }

  private static func missing(_ blocks: [PEMBlock]) -> Rejection {
    let labels = blocks.map(\.label.debugDescription).joined(separator: ", ")
    return Rejection(
      SignaturesRules.key,
      labels.isEmpty ? "the file has no PEM block" : "the file has \(labels) and no private key")
  }
}

internal import Crypto
public import Diagnostics
internal import TensorCore
internal import TextCoding

/// A public key on an elliptic curve, which verifies.
public struct VerificationKey: Sendable {
  private enum Key: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
  }

  private let key: Key
  /// The SHA-256 of the key's PEM in hexadecimal digits, by which bundles name it.
  public let hint: String

  /// The curve.
  public var curve: EllipticCurve {
    switch key {
    case .p256: .p256
    case .p384: .p384
    case .p521: .p521
    }
  }

  /// Reads a key from PEM, a SubjectPublicKeyInfo; throws G08.
  public init(pem: [UInt8]) throws(Rejection) {
    let blocks = try PEMBlock.all(in: pem)
    guard let block = blocks.first(where: { $0.label == "PUBLIC KEY" }) else {
      throw Self.missing(blocks)
    }
    guard let key = Self.key(block.bytes) else {
      throw Rejection(
        SignaturesRules.key, "the public key is damaged, compressed or on none of the three curves")
    }
    self = key
  }

  /// Reads a key from a file; throws F01 and what `init(pem:)` throws.
  public init(path: String) throws(Rejection) {
    let (pem, _) = try KeyFile.read(
      path, atMost: KeyFile.maximumByteCount, orRefuse: SignaturesRules.key)
    do throws(Rejection) { self = try VerificationKey(pem: pem) } catch {
      throw error.inside(Place(file: path))
    }
  }

  init(_ key: P256.Signing.PublicKey) {
    self.init(.p256(key), der: Array(key.derRepresentation))
  }

  init(_ key: P384.Signing.PublicKey) {
    self.init(.p384(key), der: Array(key.derRepresentation))
  }

  init(_ key: P521.Signing.PublicKey) {
    self.init(.p521(key), der: Array(key.derRepresentation))
  }

  private init(_ key: Key, der: [UInt8]) {
    self.key = key
    var digest = SHA256Digest()
    let pem = Array(Self.pem(der).utf8)
    // Bytes have no invalid values.
    unsafe digest.update(pem.span.bytes)
    hint = digest.hexadecimal()
  }

  /// Whether this key's private key made a signature, ECDSA in DER, over bytes.
  func isValid(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
    switch key {
    case .p256(let key):
      (try? P256.Signing.ECDSASignature(derRepresentation: signature))
        .map { key.isValidSignature($0, for: bytes) } ?? false
    case .p384(let key):
      (try? P384.Signing.ECDSASignature(derRepresentation: signature))
        .map { key.isValidSignature($0, for: bytes) } ?? false
    case .p521(let key):
      (try? P521.Signing.ECDSASignature(derRepresentation: signature))
        .map { key.isValidSignature($0, for: bytes) } ?? false
    }
  }

  /// The file that OpenSSL would write: the hint is over these bytes, however the given file looks.
  private static func pem(_ der: [UInt8]) -> String {
    var rest = Array(Base64.encode(der).utf8)[...]
    var text = "-----BEGIN PUBLIC KEY-----\n"
    while !rest.isEmpty {
      text += String(decoding: rest.prefix(64), as: UTF8.self) + "\n"
      rest = rest.dropFirst(64)
    }
    return text + "-----END PUBLIC KEY-----\n"
  }

  private static func key(_ der: [UInt8]) -> VerificationKey? {
    switch NamedCurve.of(der) {
    case .p256: (try? P256.Signing.PublicKey(derRepresentation: der)).map(VerificationKey.init)
    case .p384: (try? P384.Signing.PublicKey(derRepresentation: der)).map(VerificationKey.init)
    case .p521: (try? P521.Signing.PublicKey(derRepresentation: der)).map(VerificationKey.init)
    case nil: nil
    }
  }

  private static func missing(_ blocks: [PEMBlock]) -> Rejection {
    let found = blocks.first.map { "the file has \($0.label.debugDescription)" }
    return Rejection(
      SignaturesRules.key, "\(found ?? "the file has no PEM block") where a public key is needed")
  }
}

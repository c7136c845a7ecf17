public import Diagnostics
internal import JSON

/// A signature file: an envelope and what tells which key made it.
public struct SigstoreBundle: Sendable {
  /// The signed payload.
  public let envelope: DSSEEnvelope
  /// The SHA-256 of the public key's PEM in hexadecimal digits; nil in files of older signers.
  public let keyHint: String?

  /// The one version that is read and written.
  public static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
  /// A statement has some two hundred bytes a file, so this is room for a hundred thousand files.
  public static let maximumByteCount = 32 << 20

  /// Signs a payload.
  public init(signing payload: [UInt8], with key: SigningKey) throws(Rejection) {
    envelope = try DSSEEnvelope(signing: payload, with: key)
    keyHint = key.publicKey.hint
  }

  /// Reads a signature file; throws G02 where it is damaged, G03 where a key cannot check it.
  ///
  /// Nothing that it says is to be believed before `verifiedPayload` gave it.
  public init(parsing bytes: [UInt8]) throws(Rejection) {
    guard bytes.count <= Self.maximumByteCount else {
      throw Rejection(
        SignaturesRules.bundle, "\(bytes.count) bytes are more than \(Self.maximumByteCount)")
    }
    let rule = SignaturesRules.bundle
    let json = try ObjectReader<BundleKey>(
      JSONValue(parsing: bytes, "the JSON", orRefuse: rule), orRefuse: rule)
    let mediaType = try json.text(.mediaType)
    guard mediaType == Self.mediaType else {
      throw Rejection(
        SignaturesRules.unsupportedBundle, "the bundle is \(mediaType.debugDescription)")
    }
    keyHint = try Self.hint(json.object(.verificationMaterial))
    guard json.optional(.messageSignature) == nil else {
      throw Rejection(SignaturesRules.unsupportedBundle, "it signs a message, not a statement")
    }
    envelope = try DSSEEnvelope(json.object(.dsseEnvelope))
  }

  /// The payload, once it is known that `key` signed it; throws G04 and G05.
  public func verifiedPayload(by key: VerificationKey) throws(Rejection) -> [UInt8] {
    if let keyHint, keyHint != key.hint {
      throw Rejection(
        SignaturesRules.otherKey,
        "signed with key \(keyHint.debugDescription), the given one is \(key.hint)")
    }
    return try envelope.verifiedPayload(by: key)
  }

  /// Whether two signature files are both by `key` and of the same payload: what `key` signs again
  /// gets another signature.
  public static func sayTheSame(
    _ one: [UInt8], _ other: [UInt8], by key: VerificationKey
  ) -> Bool {
    let payloads = [one, other].map { try? SigstoreBundle(parsing: $0).verifiedPayload(by: key) }
    return payloads[0] != nil && payloads[0] == payloads[1]
  }

  /// The file's content.
  public func encoded() -> [UInt8] {
    let hint = keyHint.map { JSONValue.bundle([.hint: .string($0)]) }
    let json = JSONValue.bundle([
      .mediaType: .string(Self.mediaType),
      .verificationMaterial: .bundle([.publicKey: hint ?? [:], .tlogEntries: []]),
      .dsseEnvelope: envelope.json,
    ])
    return json.encoded()
  }

  /// Entries of transparency logs are neither needed nor checked: the key is trusted by itself.
  private static func hint(_ material: ObjectReader<BundleKey>) throws(Rejection) -> String? {
    for key in [BundleKey.certificate, .x509CertificateChain] where material.optional(key) != nil {
      throw Rejection(SignaturesRules.unsupportedBundle, "it was signed with a certificate")
    }
    let publicKey = try material.object(.publicKey)
    guard publicKey.optional(.hint) != nil else { return nil }
    let hint = try publicKey.text(.hint)
    return hint.isEmpty ? nil : hint
  }
}

public import Diagnostics
internal import JSON
internal import TextCoding

/// A payload and the signature over it: the Dead Simple Signing Envelope, version 1.
public struct DSSEEnvelope: Sendable {
  /// What the payload is, as a media type.
  public let payloadType: String
  /// What was signed.
  public let payload: [UInt8]
  /// The signature: ECDSA in DER.
  public let signature: [UInt8]

  /// The media type of in-toto statements.
  public static let inTotoType = "application/vnd.in-toto+json"
  /// ECDSA on P-521 takes 139 bytes in DER.
  static let maximumSignatureByteCount = 256

  /// Signs a payload.
  public init(
    signing payload: [UInt8], type: String = inTotoType, with key: SigningKey
  ) throws(Rejection) {
    payloadType = type
    self.payload = payload
    signature = try key.signature(over: Self.signedBytes(type: type, payload: payload))
  }

  /// The bytes that a signature covers: the pre-authentication encoding, in which lengths keep type
  /// and payload apart.
  public static func signedBytes(type: String, payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  /// The payload, once it is known that `key` signed it; throws G05 otherwise.
  public func verifiedPayload(by key: VerificationKey) throws(Rejection) -> [UInt8] {
    let bytes = Self.signedBytes(type: payloadType, payload: payload)
    guard key.isValid(signature, over: bytes) else {
      throw Rejection(
        SignaturesRules.forged, "the \(key.curve.rawValue) key did not sign this payload")
    }
    return payload
  }
}

extension DSSEEnvelope {
  /// Reads the envelope of a bundle; throws G02 and G03.
  init(_ json: ObjectReader<BundleKey>) throws(Rejection) {
    payloadType = try json.text(.payloadType)
    guard payloadType == Self.inTotoType else {
      throw Rejection(
        SignaturesRules.unsupportedBundle, "the payload is \(payloadType.debugDescription)")
    }
    payload = try Self.bytes(json, .payload)
    let signatures = try json.objects(.signatures)
    guard let entry = signatures.first, signatures.count == 1 else {
      throw json.refusal(.signatures, "has \(signatures.count) entries, and one can be checked")
    }
    signature = try Self.bytes(entry, .sig)
    guard (1...Self.maximumSignatureByteCount).contains(signature.count) else {
      throw entry.refusal(.sig, "has \(signature.count) bytes")
    }
  }

  private static func bytes(
    _ json: ObjectReader<BundleKey>, _ key: BundleKey
  ) throws(Rejection) -> [UInt8] {
    guard let bytes = Base64.decode(try json.text(key)) else {
      throw json.refusal(key, "is no base64")
    }
    return bytes
  }

  /// As a bundle has it.
  var json: JSONValue {
    .bundle([
      .payload: .string(Base64.encode(payload)), .payloadType: .string(payloadType),
      .signatures: [.bundle([.sig: .string(Base64.encode(signature)), .keyid: ""])],
    ])
  }
}

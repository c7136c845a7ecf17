internal import JSON

/// The keys of a signature file.
enum BundleKey: String {
  case mediaType, verificationMaterial, dsseEnvelope, messageSignature

  // Of the material.
  case publicKey, hint, certificate, x509CertificateChain, tlogEntries

  // Of the envelope.
  case payload, payloadType, signatures, sig, keyid
}

extension JSONValue {
  /// An object of a signature file.
  static func bundle(_ members: KeyValuePairs<BundleKey, JSONValue>) -> JSONValue {
    .object(members.map { ($0.key.rawValue, $0.value) })
  }
}

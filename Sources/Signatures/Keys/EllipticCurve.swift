/// The curves that signatures use, each with the digest that belongs to it: SHA-256, 384 or 512.
public enum EllipticCurve: String, Sendable, CaseIterable {
  /// secp256r1, which OpenSSL calls prime256v1.
  case p256 = "P-256"
  /// secp384r1.
  case p384 = "P-384"
  /// secp521r1.
  case p521 = "P-521"
}

internal import Crypto
internal import FoundationEssentials

/// A permission that is handed out as text and comes back: what for, until when, and a signature
/// (HMAC-SHA256) by which the server knows its own.
struct Grant: Sendable {
  let purpose: String
  /// Seconds since 1970.
  let expiry: Int

  /// `purpose.expiry.signature`.
  func text(signedWith secret: [UInt8]) -> String {
    "\(expiry).\(Hexadecimal.text(Self.code(purpose, expiry, secret)))"
  }

  /// Whether a text permits a purpose at a time.
  static func permits(_ text: String, _ purpose: String, at time: Int, secret: [UInt8]) -> Bool {
    let parts = text.split(separator: ".").map(String.init)
    guard parts.count == 2, let expiry = Int(parts[0]), expiry >= time,
      let signature = ContentDigest(hex: parts[1])
    else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(
      signature.bytes, authenticating: message(purpose, expiry), using: SymmetricKey(data: secret))
  }

  private static func code(_ purpose: String, _ expiry: Int, _ secret: [UInt8]) -> HMAC<SHA256>.MAC
  {
    HMAC<SHA256>.authenticationCode(
      for: message(purpose, expiry), using: SymmetricKey(data: secret))
  }

  private static func message(_ purpose: String, _ expiry: Int) -> [UInt8] {
    Array("\(expiry).\(purpose)".utf8)
  }
}

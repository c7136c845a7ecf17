internal import Crypto
internal import TextCoding

/// A permission that is handed out as text and comes back: what for, to whom, until when, and a
/// signature (HMAC-SHA256) by which the server knows its own.
struct Grant: Sendable {
  let purpose: String
  /// Whose right it is: it ends with theirs.
  let user: String
  /// Seconds since 1970.
  let expiry: Int

  /// `expiry.user.signature`; the purpose is known where it comes back.
  func text(signedWith secret: [UInt8]) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Self.message(purpose, user, expiry), using: SymmetricKey(data: secret))
    return "\(expiry).\(user).\(Hexadecimal.text(code))"
  }

  /// To whom a text permits a purpose at a time; nil where it permits nothing.
  static func user(
    of text: String, _ purpose: String, at time: Int, secret: [UInt8]
  ) -> String? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, let expiry = Int(parts[0]), expiry >= time,
      let signature = ContentDigest(hex: parts[parts.count - 1])
    else { return nil }
    // Names may have dots.
    let user = parts[1..<(parts.count - 1)].joined(separator: ".")
    let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
      signature.bytes, authenticating: message(purpose, user, expiry),
      using: SymmetricKey(data: secret))
    return isOurs ? user : nil
  }

  private static func message(_ purpose: String, _ user: String, _ expiry: Int) -> [UInt8] {
    Array("\(expiry)\n\(user)\n\(purpose)".utf8)
  }
}

internal import Diagnostics
internal import Signatures
internal import TestSupport

extension FuzzEntry {
  /// Reads the input as everything that a stranger can send: a bundle, the statement that would be
  /// in one, where base64 hides it from mutations, and a key. A bundle is also checked with a key.
  static func readSignature(_ bytes: RawSpan) {
    let input = bytes.withUnsafeBytes(Array.init)
    _ = try? VerificationKey(pem: input)
    _ = try? SigningKey(pem: input)
    if let statement = try? InTotoStatement(parsing: input) {
      precondition(statement.resources.allSatisfy { !$0.path.hasPrefix("/") }, "a path escaped")
      precondition(
        statement.resources.allSatisfy { !$0.components.contains("..") }, "a path escaped")
    }
    guard let bundle = try? SigstoreBundle(parsing: input) else { return }
    let again = try? SigstoreBundle(parsing: bundle.encoded())
    precondition(again?.envelope.payload == bundle.envelope.payload, "a payload changed")
    guard let payload = try? bundle.verifiedPayload(by: signer) else { return }
    _ = try? InTotoStatement(parsing: payload)
  }

  private static let signer: VerificationKey = {
    do {
      return try VerificationKey(path: Fixtures.path("signatures/keys/test-only-p256.pub"))
    } catch {
      preconditionFailure("the fixtures have a key: \(error)")
    }
  }()
}

import Diagnostics
import Glibc
import JSON
import Signatures
import TestSupport
import Testing

struct KeyTests {
  @Test(arguments: ["p256", "p384", "p521"])
  func `PKCS 8, SEC 1 and the public key are one key`(name: String) throws {
    let hints = [
      try privateKey(name).publicKey.hint, try privateKey(name + "-sec1").publicKey.hint,
      try publicKey(name).hint,
    ]
    // The hint that model_signing writes.
    let bundle = try JSONValue(parsing: Fixtures.bytes("signatures/accepts/\(name).sig"))
    let hint = try #require(bundle["verificationMaterial"]?["publicKey"]?["hint"]?.string)
    #expect(hints == [hint, hint, hint])
  }

  @Test(arguments: ["p256": EllipticCurve.p256, "p384": .p384, "p521": .p521])
  func `the curve is told`(name: String, curve: EllipticCurve) throws {
    #expect(try privateKey(name).curve == curve)
    #expect(try publicKey(name).curve == curve)
  }

  @Test(arguments: try Fixtures.names(in: "signatures/keys/rejects"))
  func `a key is refused under the rule that its name says`(name: String) throws {
    let path = Fixtures.path("signatures/keys/rejects/\(name)")
    let rule = try refusal {
      var audit = Audit()
      if name.hasSuffix(".pub") {
        _ = try VerificationKey(path: path)
      } else {
        _ = try SigningKey(path: path, audit: &audit)
      }
    }
    #expect(rule == String(name.prefix(3)))
  }

  @Test func `every rule about keys has one that breaks it`() throws {
    let broken = Set(try Fixtures.names(in: "signatures/keys/rejects").map { $0.prefix(3) })
    #expect(broken == ["G08", "G09"])
  }

  @Test(arguments: [0o600: 0, 0o400: 0, 0o640: 1, 0o604: 1])
  func `a private key that others can read is a warning`(mode: Int, count: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "key.pem", Fixtures.bytes("signatures/keys/test-only-p256.pem"))
    #expect(chmod(path, mode_t(mode)) == 0)
    var audit = Audit()
    _ = try SigningKey(path: path, audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == Array(repeating: "G11", count: count))
  }

  @Test func `text around a key and other line ends do not matter`() throws {
    let pem = String(
      decoding: try Fixtures.bytes("signatures/keys/test-only-p384.pub"), as: UTF8.self)
    let noisy = "subject: me\r\n\r\n" + pem.replacing("\n", with: "  \r\n") + "the end"
    #expect(try VerificationKey(pem: Array(noisy.utf8)).hint == publicKey("p384").hint)
  }

  @Test func `a long file is no key`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("key.pub", [UInt8](repeating: 0x0a, count: 1 << 17))
    #expect(try refusal { _ = try VerificationKey(path: path) } == "G08")
  }
}

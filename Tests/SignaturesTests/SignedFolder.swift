import Diagnostics
import Glibc
import JSON
@testable import Signatures
import TestSupport
import TextCoding

/// A copy of the folder that the fixtures' signatures are over, to be changed at will.
struct SignedFolder {
  private let scratch: TemporaryFolder
  /// Its path.
  let root: String

  init() throws {
    scratch = try TemporaryFolder()
    root = try scratch.makeFolder("bird model")
    for (path, content) in try Self.contents() { try write(path, content) }
  }

  /// The files of the folder by path, as the generator wrote them.
  static func contents() throws -> [(path: String, content: [UInt8])] {
    let json = try JSONValue(parsing: Fixtures.bytes("signatures/folder.json"))
    return try (json.members ?? []).map { member in
      guard let content = member.value.string.flatMap({ Base64.decode($0) }) else {
        throw TensorDump.Malformed()
      }
      return (member.key, content)
    }
  }

  /// Writes a file, and the folders around it where they are missing.
  func write(_ path: String, _ content: [UInt8]) throws {
    var folder = root
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o777)
    }
    try scratch.write("bird model/" + path, content)
  }

  /// Removes a file.
  func remove(_ path: String) { unlink("\(root)/\(path)") }

  /// Compares the folder with a signature among the fixtures.
  func verify(
    _ bundle: String = "accepts/p256.sig", key: String = "p256",
    unsigned: ModelSignature.UnsignedFiles = .refused
  ) throws -> SignatureVerification {
    try ModelSignature.verify(
      folder: root, bundle: Fixtures.bytes("signatures/\(bundle)"), key: publicKey(key),
      unsigned: unsigned)
  }

  /// Where the folder differs from a signature, such as `altered a/x.bin`.
  func differences(
    _ bundle: String = "accepts/p256.sig", unsigned: ModelSignature.UnsignedFiles = .refused
  ) throws -> [String] {
    try verify(bundle, unsigned: unsigned).differences.map { "\($0.kind) \($0.path)" }
  }
}

/// A public key among the fixtures.
func publicKey(_ name: String) throws -> VerificationKey {
  try VerificationKey(pem: Fixtures.bytes("signatures/keys/test-only-\(name).pub"))
}

/// A private key among the fixtures, for tests only.
func privateKey(_ name: String) throws -> SigningKey {
  try SigningKey(pem: Fixtures.bytes("signatures/keys/test-only-\(name).pem"))
}

/// The rule under which `body` is refused; nil if it is not.
func refusal(_ body: () throws -> Void) throws -> String? {
  do {
    try body()
    return nil
  } catch let rejection as Rejection {
    return rejection.rule.id
  }
}

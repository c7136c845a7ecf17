import Diagnostics
import Glibc
import JSON
import Signatures
import TestSupport
import Testing

struct SigningTests {
  private let folder: SignedFolder

  init() throws { folder = try SignedFolder() }

  private func sign(_ key: String = "p256", ignoring: [String] = ["logs", "model.sig"]) throws
    -> ModelSignature
  {
    try ModelSignature.sign(folder: folder.root, key: privateKey(key), ignoring: ignoring)
  }

  @Test(arguments: ["p256", "p384", "p521"])
  func `what was signed is verified, and by no other key`(key: String) throws {
    let bundle = try sign(key).bundle.encoded()
    let root = folder.root
    #expect(try ModelSignature.verify(folder: root, bundle: bundle, key: publicKey(key)).holds)
    let rule = try refusal {
      _ = try ModelSignature.verify(folder: root, bundle: bundle, key: publicKey("other-p256"))
    }
    #expect(rule == "G04")
  }

  @Test func `the statement is the one that model_signing makes`() throws {
    let signature = try sign()
    let theirs = try folder.verify().statement
    #expect(signature.statement.resources == theirs.resources)
    #expect(signature.statement.rootDigest == theirs.rootDigest)
    #expect(signature.statement.ignoredPaths == theirs.ignoredPaths.sorted())
    #expect(signature.statement.model == theirs.model)
    #expect(signature.statement.method == .files)
  }

  @Test func `the payload says what the statement says`() throws {
    let signature = try sign()
    let payload = try signature.bundle.verifiedPayload(by: publicKey("p256"))
    let read = try InTotoStatement(parsing: payload)
    #expect(read.resources == signature.statement.resources)
    #expect(read.ignoredPaths == signature.statement.ignoredPaths)
  }

  @Test(arguments: ["logs/", "./logs", "logs//"])
  func `paths to ignore may be typed in several ways`(path: String) throws {
    let statement = try sign(ignoring: [path]).statement
    #expect(!statement.resources.contains { $0.path == "logs/train.log" })
    #expect(statement.ignoredPaths.contains("logs"))
  }

  @Test func `what is unlisted is neither signed nor noted`() throws {
    let statement = try ModelSignature.sign(
      folder: folder.root, key: privateKey("p256"), unlisted: ["config.json"]
    ).statement
    #expect(!statement.resources.contains { $0.path == "config.json" })
    #expect(!statement.ignoredPaths.contains("config.json"))
  }

  @Test func `a link is not signed, unless it is ignored`() throws {
    #expect(symlink("config.json", "\(folder.root)/link") == 0)
    #expect(try refusal { _ = try sign() } == "G10")
    #expect(try sign(ignoring: ["link"]).statement.ignoredPaths.contains("link"))
  }

  @Test func `a pipe is not signed`() throws {
    #expect(mkfifo("\(folder.root)/pipe", 0o600) == 0)
    #expect(try refusal { _ = try sign() } == "G10")
  }

  @Test func `a name that is no text is not signed`() throws {
    let name = Array("\(folder.root)/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
    close(creat(name, 0o600))
    #expect(try refusal { _ = try sign() } == "G10")
  }

  @Test func `folders without end are refused`() throws {
    try folder.write(String(repeating: "d/", count: 70) + "x", [1])
    #expect(try refusal { _ = try sign() } == "G10")
  }

  @Test func `progress ends at the bytes of all signed files`() throws {
    var seen: [(Int, Int)] = []
    let signature = try ModelSignature.sign(
      folder: folder.root, key: privateKey("p256"), progress: { seen.append(($0, $1)) })
    let expected = try SignedFolder.contents().filter { !$0.path.hasPrefix(".git") }
      .reduce(0) { $0 + $1.content.count }
    #expect(seen.last?.0 == expected && seen.last?.1 == expected)
    #expect(signature.byteCount == expected)
  }

  @Test func `an empty folder is signed as one`() throws {
    let empty = try TemporaryFolder()
    let signature = try ModelSignature.sign(folder: empty.root, key: privateKey("p256"))
    #expect(signature.statement.resources.isEmpty)
    let bundle = signature.bundle.encoded()
    let key = try publicKey("p256")
    #expect(try ModelSignature.verify(folder: empty.root, bundle: bundle, key: key).holds)
    try empty.write("x", [])
    #expect(try !ModelSignature.verify(folder: empty.root, bundle: bundle, key: key).holds)
  }
}

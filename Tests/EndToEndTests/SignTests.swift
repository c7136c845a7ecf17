import Glibc
import TestSupport
import Testing

struct SignTests {
  private static let keys = "signatures/keys/test-only-"
  private let scratch: TemporaryFolder
  private let model: String
  private let key: String
  private let publicKey = Fixtures.path(Self.keys + "p256.pub")

  init() throws {
    scratch = try TemporaryFolder()
    model = try scratch.makeFolder("model")
    try scratch.write("model/weights.safetensors", twoTensors())
    try scratch.write("model/config.json", Array("{}".utf8))
    key = try scratch.write("key.pem", Fixtures.bytes(Self.keys + "p256.pem"))
    chmod(key, 0o600)
  }

  private func sign(_ more: String...) throws -> Command.Outcome {
    try Command.run(["sign", model, "--key", key] + more)
  }

  private func verify(_ more: String...) throws -> Command.Outcome {
    try Command.run(["verify", model, "--key", publicKey] + more)
  }

  @Test func `a signed folder is verified`() throws {
    let signed = try sign()
    #expect(signed.status == 0, "\(signed.talk)")
    #expect(signed.output.contains("  weights.safetensors\nsigned 2 files, "))
    #expect(scratch.names(in: "model") == ["config.json", "model.sig", "weights.safetensors"])
    let verified = try verify()
    #expect(verified.status == 0, "\(verified.talk)")
    #expect(verified.output.hasPrefix("holds     2 files as signed with the P-256 key "))
  }

  @Test func `what changed is named, with status 1`() throws {
    _ = try sign()
    try scratch.write("model/config.json", Array("[]".utf8))
    try scratch.write("model/pytorch_model.bin", [1])
    let run = try verify()
    #expect(run.status == 1)
    #expect(run.output.contains("config.json        altered\n"))
    #expect(run.output.contains("pytorch_model.bin  was not signed\n"))
    #expect(run.output.contains("broken    G01: 2 differences from 2 files"))
    #expect(try verify("--ignore-unsigned").output.contains("G01: 1 difference from"))
  }

  @Test func `both verbs print one JSON document`() throws {
    let signed = try JSONDocument(sign("--json").output)
    let files = signed["files"]?.elements.compactMap { $0["name"]?.text }
    #expect(files == ["config.json", "weights.safetensors"])
    // SHA-256 of `{}`, by sha256sum.
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    #expect(signed["files"]?.elements.first?["sha256"]?.text == digest)
    #expect(signed["key"]?["curve"]?.text == "P-256")
    try scratch.write("model/config.json", Array("[]".utf8))
    let verified = try JSONDocument(verify("--json").output)
    #expect(verified["holds"]?.bool == false)
    #expect(verified["rule"]?.text == "G01")
    #expect(verified["digest"]?.text == signed["digest"]?.text)
    #expect(verified["differences"]?.elements.first?["name"]?.text == "config.json")
    #expect(verified["differences"]?.elements.first?["problem"]?.text == "altered")
  }

  @Test func `another key is refused with 77`() throws {
    _ = try sign()
    let run = try Command.birdie(
      "verify", model, "--key", Fixtures.path(Self.keys + "other-p256.pub"))
    #expect(run.status == 77)
    #expect(run.talk.contains("[G04]"))
  }

  @Test func `a damaged signature ends with 65, a missing one with 66`() throws {
    #expect(try verify().status == 66)
    try scratch.write("model/model.sig", Array("{".utf8))
    let run = try verify()
    #expect(run.status == 65)
    #expect(run.talk.contains("[G02]") && run.talk.contains("where: \(model)/model.sig"))
  }

  @Test func `a signature is replaced only by force, and nothing else at all`() throws {
    _ = try sign()
    #expect(try sign().status == 73)
    #expect(try sign("--force").status == 0)
    let run = try sign("-o", model + "/config.json", "--force")
    #expect(run.status == 73)
    #expect(try scratch.bytes("model/config.json") == Array("{}".utf8))
  }

  @Test func `a signature may lie elsewhere`() throws {
    let path = scratch.path("elsewhere.sig")
    #expect(try sign("-o", path).status == 0)
    #expect(scratch.names(in: "model") == ["config.json", "weights.safetensors"])
    #expect(try verify("--signature", path).status == 0)
  }

  @Test func `a signature of another name in the folder is no difference`() throws {
    let path = model + "/me.sig"
    #expect(try sign("-o", path).status == 0)
    #expect(try verify("--signature", path).status == 0)
  }

  @Test func `what is ignored may change, and has to be there to be ignored`() throws {
    try scratch.write("model/train.log", [1])
    #expect(try sign("--ignore", "train.log").status == 0)
    try scratch.write("model/train.log", [2])
    #expect(try verify().status == 0)
    #expect(try sign("--ignore", "train.lgo", "--force").status == 66)
    #expect(try sign("--ignore", "../key.pem", "--force").status == 66)
  }

  @Test func `a file that an interrupted run left is not signed`() throws {
    try scratch.write("model/.model.sig.partial", [1])
    let run = try sign()
    #expect(run.status == 0, "\(run.talk)")
    #expect(try verify().status == 0)
  }

  @Test func `a key that others can read is a warning, a link no input to sign`() throws {
    chmod(key, 0o644)
    #expect(try sign().talk.contains("warning[G11]"))
    #expect(symlink("/etc/passwd", model + "/link") == 0)
    let run = try sign("--force")
    #expect(run.status == 77)
    #expect(run.talk.contains("[G10]") && run.talk.contains("\(model)/link"))
  }

  @Test func `no run shows the private key`() throws {
    let lines = String(decoding: try scratch.bytes("key.pem"), as: UTF8.self)
      .split(separator: "\n")
    // RFC 5208 and RFC 5915: the first 36 bytes, 48 digits of base64, say which kind of key it is;
    // the secret number follows.
    let secrets = [lines[1].dropFirst(48), lines[2].prefix(16)]
    #expect(secrets.map(\.count) == [16, 16])
    for run in [try sign(), try sign("--force", "--json"), try sign("--ignore", "x")] {
      for secret in secrets {
        #expect(!run.output.contains(secret) && !run.talk.contains(secret))
      }
    }
  }

  @Test(arguments: [
    ["verify", "a", "--key", "k", "--against", "b"],
    ["verify", "a", "--key", "k", "--max-kl", "1"],
    ["verify", "a", "--against", "b", "--signature", "s"],
    ["verify", "a", "--against", "b", "--ignore-unsigned"], ["sign", "a"],
  ])
  func `flags that do not go together are a usage error`(arguments: [String]) throws {
    #expect(try Command.run(arguments).status == 64)
  }
}

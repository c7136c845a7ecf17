import Diagnostics
import Glibc
import Signatures
import TestSupport
import Testing

struct VerifyingTests {
  private let folder: SignedFolder

  init() throws { folder = try SignedFolder() }

  @Test(arguments: ["p256", "p384", "p521"])
  func `what model_signing signed with a key holds`(key: String) throws {
    let verification = try folder.verify("accepts/\(key).sig", key: key)
    #expect(verification.holds)
    #expect(verification.fileCount == 12)
    #expect(verification.statement.model == "bird model")
    #expect(verification.statement.ignoredPaths.contains("logs"))
  }

  @Test(arguments: [
    "p256-links-allowed", "p256-shards", "p256-with-git", "p256-with-logs", "p256-without-hint",
  ])
  func `what model_signing signed with other options holds`(name: String) throws {
    #expect(try folder.verify("accepts/\(name).sig").holds)
  }

  @Test(arguments: try Fixtures.names(in: "signatures/rejects"))
  func `a bundle is refused under the rule that its name says`(name: String) throws {
    let rule = try refusal {
      if try !folder.verify("rejects/\(name)").holds {
        throw Rejection(SignaturesRules.mismatch, "")
      }
    }
    #expect(rule == String(name.prefix(3)))
  }

  @Test func `every rule about bundles has one that breaks it`() throws {
    let broken = Set(try Fixtures.names(in: "signatures/rejects").map { $0.prefix(3) })
    #expect(broken == ["G01", "G02", "G03", "G04", "G05", "G06", "G07"])
  }

  @Test(arguments: ["accepts/p256-with-git.sig", "accepts/p256-shards.sig"])
  func `a changed byte in a signed file is named`(bundle: String) throws {
    let signed = try folder.verify(bundle).statement.resources.map { Array($0.path.utf8) }
    for (file, content) in try SignedFolder.contents()
    where signed.contains(Array(file.utf8)) && !content.isEmpty {
      for place in [0, content.count / 2, content.count - 1] {
        var changed = content
        changed[place] ^= 1
        try folder.write(file, changed)
        #expect(try folder.differences(bundle) == ["altered \(file)"])
      }
      try folder.write(file, content)
    }
  }

  @Test func `a file that was removed is missing`() throws {
    folder.remove("a/x.bin")
    folder.remove("empty.bin")
    #expect(try folder.differences() == ["missing a/x.bin", "missing empty.bin"])
    #expect(try folder.differences(unsigned: .ignored).count == 2)
  }

  @Test func `a file that was added is extra, unless unsigned files are let be`() throws {
    try folder.write("sub/deep/.evil.py", [1])
    #expect(try folder.differences() == ["extra sub/deep/.evil.py"])
    #expect(try folder.differences(unsigned: .ignored).isEmpty)
  }

  @Test func `a name that was composed differently is another file`() throws {
    folder.remove("cafe\u{301}.txt")
    let differences = try folder.verify().differences
    #expect(differences.map { Array($0.path.utf8) } == [Array("cafe\u{301}.txt".utf8)])
    #expect(differences.map(\.kind) == [.missing])
  }

  @Test(arguments: ["logs/new.log", ".git/HEAD", ".github/x", ".gitignore", "model.sig"])
  func `what the signature leaves out may change`(path: String) throws {
    try folder.write(path, [1])
    #expect(try folder.verify().holds)
  }

  @Test func `what was signed is compared although it is git's`() throws {
    try folder.write(".git/config", [1])
    try folder.write(".git/HEAD", [1])
    #expect(try folder.differences("accepts/p256-with-git.sig") == ["altered .git/config"])
  }

  @Test func `a link in place of a file is named, wherever it leads`() throws {
    try folder.write("../copy", Array(0..<40))
    folder.remove("a/x.bin")
    #expect(symlink("../../copy", "\(folder.root)/a/x.bin") == 0)
    #expect(try folder.differences() == ["link a/x.bin"])
    #expect(try folder.differences(unsigned: .ignored) == ["link a/x.bin"])
  }

  @Test func `a link in place of a folder hides what was signed in it`() throws {
    #expect(rename("\(folder.root)/a", "\(folder.root)/logs/a") == 0)
    #expect(symlink("logs/a", "\(folder.root)/a") == 0)
    #expect(try folder.differences() == ["link a", "missing a/x.bin"])
  }

  @Test func `a link that was not signed is named`() throws {
    #expect(symlink("config.json", "\(folder.root)/other.json") == 0)
    #expect(try folder.differences() == ["link other.json"])
  }

  @Test func `a pipe is named and not waited for`() throws {
    folder.remove("config.json")
    #expect(mkfifo("\(folder.root)/config.json", 0o600) == 0)
    #expect(try folder.differences() == ["special config.json"])
  }

  @Test func `a folder in place of a file leaves the file missing`() throws {
    folder.remove("config.json")
    try folder.write("config.json/x", [1])
    #expect(try folder.differences() == ["missing config.json", "extra config.json/x"])
  }

  @Test func `a name that is no text is extra`() throws {
    let name = Array("\(folder.root)/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
    let descriptor = creat(name, 0o600)
    #expect(descriptor >= 0)
    close(descriptor)
    #expect(try folder.differences() == ["extra caf\u{fffd}"])
  }

  @Test func `shards notice bytes at the end and bytes that are cut`() throws {
    let bundle = "accepts/p256-shards.sig"
    try folder.write("a/x.bin", Array(0..<41))
    try folder.write("a b/weights 1.bin", Array(100..<132))
    #expect(try folder.differences(bundle) == ["altered a b/weights 1.bin", "altered a/x.bin"])
  }

  @Test func `shards say nothing of empty files`() throws {
    try folder.write("new.bin", [])
    folder.remove("empty.bin")
    #expect(try folder.verify("accepts/p256-shards.sig").holds)
    #expect(try folder.differences() == ["missing empty.bin", "extra new.bin"])
  }

  @Test func `a folder that is not there is no input`() throws {
    let bundle = try Fixtures.bytes("signatures/accepts/p256.sig")
    let rule = try refusal {
      _ = try ModelSignature.verify(
        folder: folder.root + "/none", bundle: bundle, key: publicKey("p256"))
    }
    #expect(rule == "F01")
  }
}

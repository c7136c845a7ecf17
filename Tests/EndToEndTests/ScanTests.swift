import Glibc
import TestSupport
import Testing

struct ScanTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A pickle of protocol 2 that calls `posix.system("id")`: cposix\nsystem\nX…idR.
  private static let attack: [UInt8] =
    [0x80, 2] + Array("cposix\nsystem\n".utf8) + [0x58, 2, 0, 0, 0] + Array("id".utf8)
    + [0x85, 0x52, 0x2E]

  @Test func `a safetensors file is clean`() throws {
    let model = try folder.write("model.safetensors", twoTensors())
    let run = try Command.birdie("scan", model)
    #expect(run.status == 0)
    #expect(run.output == "\(model): clean (safetensors)\n")
  }

  @Test func `a pickle that calls the shell is dangerous, and the call is named`() throws {
    let run = try Command.birdie("scan", try folder.write("model.pt", Self.attack))
    #expect(run.status == 77)
    #expect(run.output.contains("posix.system  dangerous  called"))
    #expect(run.output.contains("error[P01]"))
  }

  @Test func `the call is found though the pickle breaks off after it`() throws {
    let cut = try folder.write("cut.pt", Self.attack.dropLast(1) + [0xFF])
    let document = try JSONDocument(try Command.birdie("scan", cut, "--json").output)
    #expect(document["verdict"]?.text == "dangerous")
    #expect(document["imports"]?.elements.first?["risk"]?.text == "dangerous")
  }

  @Test func `a program of protocol 0 is found without any mark of a format`() throws {
    let text = Array("cos\nsystem\n(S'id'\ntR.".utf8)
    #expect(try Command.birdie("scan", try folder.write("old.bin", text)).status == 77)
  }

  @Test func `the document has the promised keys`() throws {
    let model = try folder.write("model.safetensors", twoTensors(second: .nan))
    let document = try JSONDocument(try Command.birdie("scan", model, "--json").output)
    #expect(
      document.keys == [
        "schema", "path", "verdict", "format", "imports", "findings", "nonfinite", "warnings",
      ])
    #expect(document["nonfinite"]?.elements.first?["nan"]?.integer == 1)
    #expect(document["warnings"]?.elements.first?["rule"]?.text == "T14")
  }

  @Test func `damage ends with 65, and danger outweighs it`() throws {
    let damaged = try folder.write("cut.safetensors", Array(twoTensors().dropLast()))
    let dangerous = try folder.write("model.pt", Self.attack)
    #expect(try Command.birdie("scan", damaged).status == 65)
    #expect(try Command.birdie("scan", damaged, dangerous).status == 77)
  }

  @Test func `a missing file is no finding but an error`() throws {
    #expect(try Command.birdie("scan", "/no/such/file").status == 66)
  }

  @Test func `a pickle beside the weights makes the folder dangerous`() throws {
    _ = try folder.write("model.safetensors", twoTensors())
    _ = try folder.write("config.json", Array("{}".utf8))
    #expect(try Command.birdie("scan", folder.path(".")).status == 0)
    _ = try folder.write("pytorch_model.bin", Self.attack)
    let run = try Command.birdie("scan", folder.path("."))
    #expect(run.status == 77)
    #expect(run.output.contains("pytorch_model.bin: byte"))
    let document = try JSONDocument(try Command.birdie("scan", folder.path("."), "--json").output)
    #expect(document["format"]?.text == "safetensors")
    #expect(
      document["files"]?.elements.map { $0["name"]?.text } == ["config.json", "pytorch_model.bin"])
    #expect(
      document["files"]?.elements.map { $0["verdict"]?.text } == ["clean", "dangerous"])
  }

  @Test func `a folder of files without an index is gone through file by file`() throws {
    _ = try folder.write("a.safetensors", twoTensors())
    _ = try folder.write("b.safetensors", twoTensors())
    #expect(try Command.birdie("scan", folder.path(".")).status == 0)
    _ = try folder.write("c.safetensors", Array(twoTensors().dropLast()))
    #expect(try Command.birdie("scan", folder.path(".")).status == 65)
  }

  @Test func `folders in a folder are entered, links to folders are named and not`() throws {
    _ = try folder.write("model.safetensors", twoTensors())
    #expect(mkdir(folder.path("a"), 0o777) == 0 && mkdir(folder.path("a/b"), 0o777) == 0)
    _ = try folder.write("a/b/weights.safetensors", twoTensors())
    #expect(symlink(folder.path("a"), folder.path("loop")) == 0)
    #expect(symlink(folder.path("gone"), folder.path("dangling")) == 0)
    let clean = try Command.birdie("scan", folder.path("."))
    #expect(clean.status == 0)
    #expect(clean.output.contains("skipped: loop: it is a link to a folder\n"))
    #expect(clean.output.contains("skipped: dangling: it is a link to nothing\n"))
    _ = try folder.write("a/b/evil.bin", Self.attack)
    let run = try Command.birdie("scan", folder.path("."), "--json")
    #expect(run.status == 77)
    let document = try JSONDocument(run.output)
    let files = try #require(document["files"]?.elements)
    #expect(files.contains { $0["name"]?.text == "a/b/evil.bin" })
    #expect(document["skipped"]?.elements.count == 2)
  }

  @Test func `folders are entered eight deep`() throws {
    var path = "."
    for depth in 0..<10 {
      path += "/\(depth)"
      #expect(mkdir(folder.path(path), 0o777) == 0)
    }
    _ = try folder.write("\(path)/evil.bin", Self.attack)
    _ = try folder.write("model.safetensors", twoTensors())
    let run = try Command.birdie("scan", folder.path("."))
    #expect(run.status == 0)
    #expect(run.output.contains("skipped: 0/1/2/3/4/5/6/7/8: it lies 9 folders deep\n"))
  }

  @Test func `a path that fails keeps no other from its turn`() throws {
    let model = try folder.write("model.safetensors", twoTensors())
    let dangerous = try folder.write("model.pt", Self.attack)
    let run = try Command.birdie("scan", model, "/no/such/file", dangerous, "--json")
    #expect(run.status == 77)
    let reports = try #require(try JSONDocument(run.output)["reports"]?.elements)
    #expect(reports.map { $0["verdict"]?.text } == ["clean", nil, "dangerous"])
    #expect(reports[1].keys == ["path", "error"])
    #expect(try Command.birdie("scan", model, "/no/such/file", model).status == 66)
  }

  @Test func `quiet prints findings only, and on stderr`() throws {
    let run = try Command.birdie("scan", try folder.write("model.pt", Self.attack), "-q")
    #expect(run.status == 77)
    #expect(run.output.isEmpty)
    #expect(run.talk.hasPrefix("error[P01]"))
  }
}

import Diagnostics
import Glibc
import TestSupport
import Testing

@testable import Files

/// What stands in the way of an output, at its name and at that of its partial form.
struct OutputTargetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rule(
    _ kind: OutputTarget.Kind, _ name: String, overwrites: Bool = true,
    inputs: Set<FileIdentity> = []
  ) -> String? {
    let target = OutputTarget(
      kind, path: folder.path(name), overwrites: overwrites, inputs: inputs)
    do throws(Rejection) {
      switch kind {
      case .file: _ = try OutputFile(target)
      case .folder: _ = try OutputFolder(target)
      }
    } catch { return error.rule.id }
    return nil
  }

  @Test func `a partial file that is a link is not followed`() throws {
    try folder.write("precious", [1, 2, 3])
    symlink(folder.path("precious"), folder.path(".out.partial"))
    #expect(rule(.file, "out") == "F02")
    #expect(try folder.bytes("precious") == [1, 2, 3])
    #expect(folder.names == [".out.partial", "precious"])
  }

  @Test func `a partial file that has another name too is not emptied`() throws {
    try folder.write("precious", [1, 2, 3])
    link(folder.path("precious"), folder.path(".out.partial"))
    #expect(rule(.file, "out") == "F02")
    #expect(try folder.bytes("precious") == [1, 2, 3])
  }

  @Test func `a partial folder that is a link is not followed`() throws {
    _ = try folder.makeFolder("precious")
    try folder.write("precious/a", [1])
    symlink(folder.path("precious"), folder.path(".out.partial"))
    #expect(rule(.folder, "out") == "F02")
    #expect(folder.names(in: "precious") == ["a"])
  }

  @Test func `a pipe under the name of the partial file is refused and nothing waits for it`() {
    mkfifo(folder.path(".out.partial"), 0o600)
    #expect(rule(.file, "out") == "F02")
  }

  @Test func `an input under the name of the partial file is not emptied`() throws {
    let path = try folder.write(".out.partial", [1, 2, 3])
    let input = try #require(FileIdentity(path: path))
    #expect(rule(.file, "out", inputs: [input]) == "F02")
    #expect(try folder.bytes(".out.partial") == [1, 2, 3])
  }

  @Test func `an input in the partial folder is not removed`() throws {
    _ = try folder.makeFolder(".out.partial")
    let path = try folder.write(".out.partial/a", [1, 2, 3])
    let input = try #require(FileIdentity(path: path))
    #expect(rule(.folder, "out", inputs: [input]) == "F02")
    #expect(try folder.bytes(".out.partial/a") == [1, 2, 3])
  }

  @Test func `a file that appears during the writing is kept`() throws {
    let file = try OutputFile(path: folder.path("out"), overwrite: false)
    try folder.write("out", [7])
    var found: String?
    do throws(Rejection) { try file.commit() } catch { found = error.rule.id }
    #expect(found == "F02")
    #expect(try folder.bytes("out") == [7])
    #expect(folder.names == ["out"])
  }

  @Test func `a folder that appears during the writing is kept`() throws {
    let output = try OutputFolder(path: folder.path("out"), overwrite: false)
    _ = try folder.makeFolder("out")
    try folder.write("out/a", [7])
    var found: String?
    do throws(Rejection) { try output.commit([], removing: []) } catch { found = error.rule.id }
    #expect(found == "F02")
    #expect(try folder.bytes("out/a") == [7])
    #expect(folder.names == ["out"])
  }

  @Test func `who lost the partial file to another removes nothing of the other`() throws {
    let file = try OutputFile(path: folder.path("out"), overwrite: false)
    unlink(folder.path(".out.partial"))
    try folder.write(".out.partial", [7])
    var found: String?
    do throws(Rejection) { try file.commit() } catch { found = error.rule.id }
    #expect(found == "F02")
    #expect(try folder.bytes(".out.partial") == [7])
  }

  @Test func `what is no file is not replaced by one`() throws {
    mkfifo(folder.path("pipe"), 0o600)
    symlink("/dev/null", folder.path("device"))
    symlink("nowhere", folder.path("dangling"))
    _ = try folder.makeFolder("folder")
    let names = folder.names
    #expect(names.map { rule(.file, $0) } == ["F02", "F02", "F02", "F02"])
    #expect(folder.names == names)
  }

  @Test func `what is no folder is not replaced by one`() throws {
    try folder.write("file", [1])
    #expect(rule(.folder, "file") == "F02")
    #expect(try folder.bytes("file") == [1])
  }

  @Test func `an empty folder is filled without force`() throws {
    _ = try folder.makeFolder("out")
    let output = try OutputFolder(path: folder.path("out"), overwrite: false)
    var file = try OutputFile(path: output.path(of: "a"), overwrite: false)
    try file.append([1])
    try file.commit()
    try output.commit(["a"], removing: [])
    #expect(folder.names(in: "out") == ["a"])
  }

  @Test func `a folder behind a link is replaced where it lies`() throws {
    _ = try folder.makeFolder("real")
    try folder.write("real/config.json", [1])
    symlink("real", folder.path("out"))
    let output = try OutputFolder(path: folder.path("out"), overwrite: true)
    let file = try OutputFile(path: output.path(of: "a"), overwrite: false)
    try file.commit()
    try output.commit(["a"], removing: [])
    #expect(folder.names(in: "real") == ["a", "config.json"])
    #expect(folder.names == ["out", "real"])
  }

  /// A folder `out` with a model in `a`, and what no run may lose: a file, a link, a folder.
  private func olderOutput() throws {
    _ = try folder.makeFolder("out")
    try folder.write("out/a", [1])
    try folder.write("out/config.json", [2])
    symlink("nowhere", folder.path("out/link"))
    _ = try folder.makeFolder("out/notes")
    try folder.write("out/notes/a", [3])
  }

  private func newOutput(_ names: [String]) throws -> OutputFolder {
    let output = try OutputFolder(path: folder.path("out"), overwrite: true)
    for name in names {
      var file = try OutputFile(path: output.path(of: name), overwrite: false)
      try file.append([7])
      try file.commit()
    }
    return output
  }

  @Test func `what else an older folder holds stays in the new one`() throws {
    try olderOutput()
    try newOutput(["b"]).commit(["b"], removing: ["a"])
    #expect(folder.names == ["out"])
    #expect(folder.names(in: "out") == ["b", "config.json", "link", "notes"])
    #expect(try folder.bytes("out/notes/a") == [3])
  }

  @Test func `an older folder is whole where the new one cannot take its place`() throws {
    try olderOutput()
    var found: String?
    let output = try newOutput(["b", "notes"])
    do throws(Rejection) { try output.commit(["b", "notes"], removing: ["a"]) } catch {
      found = error.rule.id
    }
    #expect(found == "F03")
    #expect(folder.names == ["out"])
    #expect(folder.names(in: "out") == ["a", "config.json", "link", "notes"])
  }

  @Test func `both folders are whole at the moment when they change places`() throws {
    try olderOutput()
    _ = try folder.makeFolder("new")
    try folder.write("new/b", [7])
    nonisolated(unsafe) var seen: [[String]] = []
    let replacement = FolderReplacement(
      old: folder.path("out"), new: folder.path("new"), aside: folder.path("aside"),
      replaced: ["a", "b"]
    ) { _, _ in
      seen = [folder.names(in: "out"), folder.names(in: "new")]
      return -EINVAL
    }
    guard case .done = replacement.run(["a", "config.json", "link", "notes"]) else {
      Issue.record("the folder was not replaced")
      return
    }
    #expect(seen == [["a", "config.json", "link", "notes"], ["b", "config.json", "link"]])
    #expect(folder.names == ["out"])
    #expect(folder.names(in: "out") == ["b", "config.json", "link", "notes"])
  }

  @Test(arguments: [246, 247, 255])
  func `a name as long as the system allows can be written`(length: Int) throws {
    let name = String(repeating: "n", count: length)
    let file = try OutputFile(path: folder.path(name), overwrite: false)
    try file.commit()
    #expect(folder.names == [name])
  }

  @Test func `two long names that begin alike have partial files of their own`() {
    let name = String(repeating: "ñ", count: 126)
    let paths = ["a", "b"].map {
      OutputTarget(.file, path: "x/\(name)\($0)", overwrites: false).partialPath
    }
    #expect(Set(paths).count == 2)
    #expect(paths.allSatisfy { $0.utf8.count <= "x/".utf8.count + 255 })
  }

  @Test func `a name that is too long cannot be created`() {
    #expect(rule(.file, String(repeating: "n", count: 256)) == "F06")
  }

  @Test func `a name that ends in a slash is no file's`() {
    #expect(rule(.file, "out/") == "F06")
  }
}

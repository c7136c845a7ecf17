import Checkpoints
import Diagnostics
import TestSupport
import Testing

struct OpeningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rule(_ path: String) -> String? {
    #expect(throws: Rejection.self) { try Checkpoint.open(path) }?.rule.id
  }

  @Test func `a missing file is no input`() {
    #expect(rule(folder.path("none")) == "F01")
  }

  @Test func `an empty folder holds no checkpoint`() {
    #expect(rule(folder.root) == "F07")
  }

  @Test func `an empty file is of no format`() throws {
    #expect(rule(try folder.write("empty", [])) == "Z01")
  }

  @Test(arguments: [
    "<!DOCTYPE html><html>", "version https://git-lfs.github.com/spec/v1\n", "{\"error\": 404}",
    "#!/bin/sh\n", "plain text that is long enough to be taken for a length",
  ])
  func `text is no checkpoint`(text: String) throws {
    let error = #expect(throws: Rejection.self) {
      try Checkpoint.open(try folder.write("text", Array(text.utf8)))
    }
    #expect(error?.rule.status == .badData)
    #expect(error?.place.file == folder.path("text"))
  }

  @Test(arguments: [
    ("pytorch/accepts/bare.pt", "x.safetensors"), ("pytorch/accepts/tar.pt", "x.npz"),
    ("safetensors/identity/05.safetensors", "x.pt"),
    ("golf/accepts/d-xnor-xz/artifact", "x.json"),
  ])
  func `a format is told by the content and not by the name`(
    original: String, name: String
  ) throws {
    let path = try folder.write(name, Fixtures.bytes(original))
    let renamed = try Checkpoint.open(path)
    let expected = try Checkpoint.open(Fixtures.path(original))
    #expect(renamed.format == expected.format)
    #expect(renamed.layers == expected.layers)
    #expect(try renamed.facts() == expected.facts())
  }

  static let layers: [(String, [String])] = [
    ("a-unmarked-zlib", ["zlib"]), ("a-scalar-scales-xz", ["xz"]), ("i-npz", []),
    ("e-nested-zstd", ["zstd"]), ("b2-plain-brotli", ["brotli"]),
  ]

  @Test(arguments: layers)
  func `what was taken off is told from the outside in`(name: String, layers: [String]) throws {
    let path = Fixtures.path("golf/accepts/\(name)/artifact")
    #expect(try Checkpoint.open(path).layers == layers)
  }

  @Test func `the size is that of the file`() throws {
    let name = "golf/accepts/a-zlib-tag/artifact"
    #expect(
      try Checkpoint.open(Fixtures.path(name)).byteCount == Fixtures.bytes(name).count)
  }

  @Test func `tied elements are parameters once`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("pytorch/accepts/ties.pt"))
    #expect(checkpoint.parameterCount == 24 + 12 + 24 + 2)
  }
}

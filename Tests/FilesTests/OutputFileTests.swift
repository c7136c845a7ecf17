import Diagnostics
import Glibc
import TestSupport
import Testing

@testable import Files

struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rule(_ body: () throws(Rejection) -> Void) -> String? {
    do throws(Rejection) { try body() } catch { return error.rule.id }
    return nil
  }

  @Test func `a file appears under its name when it is committed and not before`() throws {
    var file = try OutputFile(path: folder.path("out"), overwrite: false)
    try file.append([1, 2, 3])
    #expect(folder.names == [".out.partial"])
    try file.commit()
    #expect(folder.names == ["out"])
    #expect(try folder.bytes("out") == [1, 2, 3])
  }

  @Test func `a file that the disk begins with early has all its bytes`() throws {
    let part = (0..<(3 << 20) + 1).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 8) }
    var file = try OutputFile(path: folder.path("out"), overwrite: false)
    for _ in 0..<7 { try file.append(part) }
    try file.commit()
    #expect(try folder.bytes("out") == Array(repeatElement(part, count: 7).joined()))
  }

  @Test func `a file that is given up leaves nothing`() throws {
    do {
      var file = try OutputFile(path: folder.path("out"), overwrite: false)
      try file.append([1, 2, 3])
    }
    #expect(folder.names.isEmpty)
  }

  @Test func `bytes that were written can be rewritten`() throws {
    var file = try OutputFile(path: folder.path("out"), overwrite: false)
    try file.append([1, 2, 3, 4])
    try file.rewrite([9, 8], at: 1)
    try file.commit()
    #expect(try folder.bytes("out") == [1, 9, 8, 4])
  }

  @Test func `the longer partial file of a killed run does not show through`() throws {
    try folder.write(".out.partial", [UInt8](repeating: 7, count: 100))
    var file = try OutputFile(path: folder.path("out"), overwrite: false)
    let followsInterruption = file.followsInterruption
    #expect(followsInterruption)
    try file.append([1])
    try file.commit()
    #expect(try folder.bytes("out") == [1])
  }

  @Test func `of two writers of one file the second is refused`() throws {
    let first = try OutputFile(path: folder.path("out"), overwrite: true)
    let second = rule { () throws(Rejection) in
      _ = try OutputFile(path: folder.path("out"), overwrite: true)
    }
    #expect(second == "F02")
    try first.commit()
    #expect(folder.names == ["out"])
  }

  @Test func `who opened the partial file before it was finished cannot lock it afterwards`() throws
  {
    let file = try OutputFile(path: folder.path("out"), overwrite: true)
    let late = open(folder.path(".out.partial"), O_RDWR)
    defer { close(late) }
    #expect(!lockExclusively(late, openedAt: folder.path(".out.partial")))
    try file.commit()
    #expect(!lockExclusively(late, openedAt: folder.path(".out.partial")))
  }

  @Test func `the folder that a file is written to must exist`() {
    let found = rule { () throws(Rejection) in
      _ = try OutputFile(path: folder.path("none/out"), overwrite: true)
    }
    #expect(found == "F06")
  }

  @Test func `a folder cannot be replaced by a file`() throws {
    let path = try folder.makeFolder("out")
    let found = rule { () throws(Rejection) in
      let file = try OutputFile(path: path, overwrite: true)
      try file.commit()
    }
    #expect(found == "F02")
    #expect(folder.names == ["out"])
  }

  @Test func `a folder appears with all its files`() throws {
    let output = try OutputFolder(path: folder.path("out/"), overwrite: false)
    var file = try OutputFile(path: output.path(of: "a"), overwrite: false)
    try file.append([1])
    try file.commit()
    #expect(folder.names == [".out.partial"])
    try output.commit(["a"], removing: [])
    #expect(folder.names == ["out"])
    #expect(folder.names(in: "out") == ["a"])
  }

  @Test func `a folder that is given up leaves nothing`() throws {
    do {
      let output = try OutputFolder(path: folder.path("out"), overwrite: false)
      let file = try OutputFile(path: output.path(of: "a"), overwrite: false)
      try file.commit()
    }
    #expect(folder.names.isEmpty)
  }

  @Test func `of two writers of one folder the second is refused`() throws {
    let first = try OutputFolder(path: folder.path("out"), overwrite: true)
    let second = rule { () throws(Rejection) in
      _ = try OutputFolder(path: folder.path("out"), overwrite: true)
    }
    #expect(second == "F02")
    try first.commit([], removing: [])
    #expect(folder.names == ["out"])
  }

  @Test func `a pipe is no input and nothing waits for it`() {
    mkfifo(folder.path("pipe"), 0o600)
    let found = rule { () throws(Rejection) in
      _ = try FileMapping(path: folder.path("pipe"))
    }
    #expect(found == "F01")
  }

  @Test func `a link is followed only when that is wanted`() throws {
    try folder.write("in", [1, 2])
    symlink(folder.path("in"), folder.path("link"))
    #expect(try FileMapping(path: folder.path("link")).byteCount == 2)
    let found = rule { () throws(Rejection) in
      _ = try FileMapping(path: folder.path("link"), followsLinks: false)
    }
    #expect(found == "F01")
  }
}

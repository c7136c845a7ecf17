import Diagnostics
import Files
import Glibc
import TestSupport
import Testing

@testable import TensorCore

@Suite struct `Streaming of stored bytes` {
  private static let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }

  private func mapping(in folder: TemporaryFolder) throws -> FileMapping {
    try FileMapping(path: folder.write("input", Self.bytes))
  }

  @Test func `a file is given whole and in order`() throws {
    let folder = try TemporaryFolder()
    let storage = try #require(Storage(try mapping(in: folder)).slice(5..<599_999))
    var seen: [UInt8] = []
    try storage.forEachChunk { chunk throws(Rejection) in seen += chunk.copied() }
    #expect(seen == Array(Self.bytes[5..<599_999]))
  }

  @Test func `a file that was cut is an error that says where it ends`() throws {
    let folder = try TemporaryFolder()
    let mapping = try mapping(in: folder)
    try #require(truncate(mapping.path, 300_000) == 0)
    let error = #expect(throws: Rejection.self) {
      try Storage(mapping).forEachChunk { _ throws(Rejection) in }
    }
    #expect(error?.rule == FileRules.changedInput)
    #expect(error?.message.contains("300000") == true)
  }

  @Test(arguments: [0, 1, 4095, 4096, 4097, 262_144])
  func `stored bytes arrive unchanged wherever they are put`(prefix: Int) throws {
    let folder = try TemporaryFolder()
    let storage = try #require(Storage(try mapping(in: folder)).slice(4096..<600_000))
    var file = try OutputFile(path: folder.path("output"), overwrite: false)
    try file.append([UInt8](repeating: 9, count: prefix))
    try file.append(storage)
    try file.commit()
    let written = try folder.bytes("output")
    #expect(written == [UInt8](repeating: 9, count: prefix) + Self.bytes[4096...])
  }

  @Test func `a slice of a mapped file is copied byte for byte`() throws {
    let folder = try TemporaryFolder()
    let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
    let mapping = try FileMapping(path: try folder.write("in", content))
    let slice = try #require(Storage(mapping).slice(5_001..<150_002))
    var file = try OutputFile(path: folder.path("out"), overwrite: false)
    try file.append([42])
    try file.append(slice)
    let byteCount = file.byteCount
    #expect(byteCount == 145_002)
    try file.commit()
    #expect(try folder.bytes("out") == [42] + content[5_001..<150_002])
  }
}

import Diagnostics
import Files
import Glibc
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

struct DistributedTests {
  static let rejects = [
    "D01-beyond-end", "D01-far-outside", "D01-gap", "D01-hole", "D01-negative-length",
    "D01-negative-offset", "D01-no-chunks", "D01-object-stored-nowhere", "D01-offset-overflow",
    "D01-other-size", "D01-outside", "D01-overlap", "D01-single-outside", "D01-stored-nowhere",
    "D02-absolute", "D02-empty", "D02-nul", "D02-parent", "D02-parent-inside",
  ]
  static let ranks = ["__0_0.distcp", "__1_0.distcp"]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func copyRanks(to path: String) throws {
    for name in Self.ranks {
      try folder.write(
        path + "/" + name, Fixtures.bytes("pytorch/accepts/ranks-columns.dcp/" + name))
    }
  }

  @Test func `every rejecting fixture is named here`() throws {
    let expected = Self.rejects.map { $0 + ".metadata" }.sorted()
    #expect(try Fixtures.names(in: "distributed/rejects") == expected)
  }

  @Test(arguments: rejects)
  func `metadata that lie about the files are refused under their rule`(name: String) throws {
    let path = try folder.makeFolder("model")
    try copyRanks(to: "model")
    try folder.write("secret", try Fixtures.bytes("pytorch/accepts/bare.pt"))
    try folder.write(
      "model/.metadata", Fixtures.bytes("distributed/rejects/\(name).metadata"))
    let error = #expect(throws: Rejection.self) { try Checkpoint.open(path) }
    #expect(error?.rule.id == String(name.prefix(3)), "\(error.map(\.description) ?? "")")
  }

  @Test func `a rank's file that is missing is named`() throws {
    let path = try folder.makeFolder("model")
    try copyRanks(to: "model")
    try folder.write(
      "model/.metadata", Fixtures.bytes("pytorch/accepts/ranks-columns.dcp/.metadata"))
    _ = try Checkpoint.open(path)
    try folder.write("model/__1_0.distcp", [])
    let error = #expect(throws: Rejection.self) { try Checkpoint.open(path) }
    #expect(error?.description.contains("__1_0.distcp") == true)
  }

  @Test func `a rank's file behind a link is refused, whichever component is the link`() throws {
    let path = try folder.makeFolder("model")
    try copyRanks(to: "model")
    let metadata = try Fixtures.bytes("pytorch/accepts/ranks-columns.dcp/.metadata")
    try folder.write("model/.metadata", metadata)
    let whole = try Checkpoint.open(path)
    #expect(whole.byteCount > metadata.count)
    _ = try folder.makeFolder("elsewhere")
    try copyRanks(to: "elsewhere")
    #expect(unlink(path + "/__1_0.distcp") == 0)
    #expect(symlink(folder.path("elsewhere/__1_0.distcp"), path + "/__1_0.distcp") == 0)
    let error = #expect(throws: Rejection.self) { try Checkpoint.open(path) }
    #expect(error?.rule.id == "D02")
    #expect(symlink(folder.path("elsewhere"), path + "/inner") == 0)
    let inner = #expect(throws: Rejection.self) {
      try FileMapping(
        below: path, components: ["inner", "__0_0.distcp"],
        orRefuse: DistributedRules.escapingPath)
    }
    #expect(inner?.rule.id == "D02")
  }

  @Test func `a tensor of an object may not have the name of another tensor`() {
    let error = #expect(throws: Rejection.self) {
      try Checkpoint.open(Fixtures.path("distributed/collisions/tensors.dcp"))
    }
    #expect(error?.rule.id == "T20" && error?.place.tensor == "run.w")
  }

  @Test func `a value of an object that has another's name is left out with a warning`() throws {
    let whole = try Checkpoint.open(Fixtures.path("distributed/collisions/values.dcp"))
    #expect(whole.metadata == ["run.x": "5"])
    #expect(whole.warnings.map(\.rule.id) == ["T20"])
  }

  @Test func `four-bit elements that are cut along the last axis are not woven`() throws {
    let box = try #require(Shape([2, 2]))
    let tensor = try #require(Tensor(dtype: .f4, shape: box, storage: Storage([0x21, 0x43])))
    let whole = PiecewiseTensor(
      dtype: .f4, shape: try #require(Shape([2, 4])),
      pieces: [.init(origin: [0, 0], tensor: tensor), .init(origin: [0, 2], tensor: tensor)])
    let error = #expect(throws: Rejection.self) { try whole.forEachChunk { _ in } }
    #expect(error?.rule.id == "T13")
  }

  @Test func `all chunks of a folder share one allowance`() throws {
    var audit = Audit()
    let folder = Fixtures.path("pytorch/accepts/one-rank.dcp")
    let pickle = Storage(try TemporaryFolder.bytes(of: folder + "/.metadata"))
    let real = try DistributedMetadata(
      TorchObject.value(
        ofPickle: pickle.bytes, storages: EmptyStorageSource(fileByteCount: 1), audit: &audit))
    let entry = try #require(real.tensors.first { $0.name == "model.weight" })
    let place = try #require(real.locations[.init(name: entry.name, origin: [0, 0])])
    // Twelve numbers of two bytes: the first tensor has them in the file, each further one costs 24.
    for (count, isAllowed) in [(3, true), (4, false)] {
      let names = (0..<count).map { "w\($0)" }
      let metadata = DistributedMetadata(
        tensors: names.map { ($0, entry.shape, entry.chunks) }, objects: [],
        locations: Dictionary(
          uniqueKeysWithValues: names.map { (.init(name: $0, origin: [0, 0]), place) }))
      var reader = DistributedReader(folder: folder) { _ in 48 }
      do throws(Rejection) {
        #expect(try reader.checkpoint(metadata, audit: &audit).tensors.count == count)
        #expect(isAllowed)
      } catch {
        #expect(error.rule.id == "T05")
        #expect(!isAllowed)
      }
    }
  }

  /// The numbers 0, 1, 2, … in a box of 3 × 4 × 5.
  private func counting(_ row: Int, _ column: Int, _ depth: Int) -> UInt16 {
    UInt16(row * 20 + column * 5 + depth)
  }

  private func piece(
    _ rows: Range<Int>, _ columns: Range<Int>, _ depths: Range<Int>
  ) throws -> PiecewiseTensor.Piece {
    var values: [UInt16] = []
    for row in rows {
      for column in columns { for depth in depths { values.append(counting(row, column, depth)) } }
    }
    let shape = [rows.count, columns.count, depths.count]
    guard case .dense(let tensor) = try TensorContent.literal(.u16, values, shape: shape) else {
      throw TensorDump.Malformed()
    }
    return .init(
      origin: [rows.lowerBound, columns.lowerBound, depths.lowerBound], tensor: tensor)
  }

  private func bytes(_ pieces: [PiecewiseTensor.Piece]) throws -> [UInt8] {
    let shape = try #require(Shape([3, 4, 5]))
    var bytes: [UInt8] = []
    try PiecewiseTensor(dtype: .u16, shape: shape, pieces: pieces)
      .forEachChunk { chunk in bytes += chunk.copied() }
    return bytes
  }

  private var whole: [UInt8] {
    (0..<60).map { UInt16($0) }.withUnsafeBytes { Array($0) }
  }

  @Test func `boxes cut along the first axis are put in order`() throws {
    #expect(try bytes([piece(2..<3, 0..<4, 0..<5), piece(0..<2, 0..<4, 0..<5)]) == whole)
  }

  @Test func `boxes cut along the last axis are woven together`() throws {
    #expect(try bytes([piece(0..<3, 0..<4, 2..<5), piece(0..<3, 0..<4, 0..<2)]) == whole)
  }

  @Test func `boxes cut along every axis are woven together`() throws {
    let pieces = [
      try piece(0..<1, 0..<4, 0..<5), try piece(1..<3, 0..<1, 0..<3),
      try piece(1..<3, 1..<4, 0..<3), try piece(1..<2, 0..<4, 3..<5),
      try piece(2..<3, 0..<2, 3..<5), try piece(2..<3, 2..<4, 3..<5),
    ]
    #expect(try bytes(pieces) == whole)
    #expect(try bytes(pieces.reversed()) == whole)
  }

  @Test func `a box of nothing changes nothing`() throws {
    let pieces = [
      try piece(0..<3, 0..<2, 0..<5), try piece(0..<3, 2..<2, 0..<5),
      try piece(0..<3, 2..<4, 0..<5),
    ]
    #expect(try bytes(pieces) == whole)
  }
}

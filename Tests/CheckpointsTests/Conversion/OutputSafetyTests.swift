import Checkpoints
import Diagnostics
import Files
import TensorCore
import TestSupport
import Testing

/// What conversions leave under the output's name when something is in the way.
struct OutputSafetyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let ways = [Way.file, .shards, .pytorch]

  /// A kind of output.
  enum Way: Sendable {
    case file, shards, pytorch

    var options: ConversionOptions {
      var options = ConversionOptions()
      if self == .pytorch { options.format = .pytorch }
      if self == .shards { options.maximumShardByteCount = 100 }
      return options
    }
  }

  private func model() throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/accepts/state-dict.pt"))
  }

  @Test(arguments: ways)
  func `an existing output is left alone unless it is to be replaced`(way: Way) throws {
    _ = try model().convert(to: folder.path("out"), way.options)
    let error = #expect(throws: Rejection.self) {
      try model().convert(to: folder.path("out"), way.options)
    }
    #expect(error?.rule.id == "F02")
    var options = way.options
    options.overwrites = true
    _ = try model().convert(to: folder.path("out"), options)
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
    #expect(folder.names == ["out"])
  }

  @Test func `a folder of shards can be replaced by what is made from it`() throws {
    _ = try model().convert(to: folder.path("out"), Way.shards.options)
    var options = Way.shards.options
    options.overwrites = true
    options.maximumShardByteCount = 1 << 20
    _ = try Checkpoint.open(folder.path("out")).convert(to: folder.path("out"), options)
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
    #expect(folder.names(in: "out") == ["model.safetensors"])
    #expect(folder.names == ["out"])
  }

  @Test(arguments: [Way.file, .pytorch])
  func `the partial file of a run that was killed is taken over with a warning`(
    way: Way
  ) throws {
    try folder.write(".out.partial", [UInt8](repeating: 7, count: 1 << 20))
    let report = try model().convert(to: folder.path("out"), way.options)
    #expect(report.warnings.map(\.rule.id) == ["F05"])
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
    #expect(folder.names == ["out"])
  }

  @Test func `the partial folder of a run that was killed is taken over with a warning`() throws {
    _ = try folder.makeFolder(".out.partial")
    try folder.write(".out.partial/model-00001-of-00009.safetensors", [1, 2, 3])
    let report = try model().convert(to: folder.path("out"), Way.shards.options)
    #expect(report.warnings.map(\.rule.id) == ["F05"])
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
    #expect(!folder.names(in: "out").contains("model-00001-of-00009.safetensors"))
    #expect(folder.names == ["out"])
  }

  @Test func `a file that another run is writing is not touched`() throws {
    var other = try OutputFile(path: folder.path("out"), overwrite: true)
    try other.append([1, 2, 3])
    let error = #expect(throws: Rejection.self) {
      try model().convert(to: folder.path("out"), ConversionOptions())
    }
    #expect(error?.rule.id == "F02")
    try other.commit()
    #expect(try folder.bytes("out") == [1, 2, 3])
  }

  @Test func `a folder that another run is writing is not touched`() throws {
    let other = try OutputFolder(path: folder.path("out"), overwrite: true)
    var file = try OutputFile(path: other.path(of: "a"), overwrite: true)
    try file.append([1, 2, 3])
    try file.commit()
    let error = #expect(throws: Rejection.self) {
      try model().convert(to: folder.path("out"), Way.shards.options)
    }
    #expect(error?.rule.id == "F02")
    try other.commit(["a"], removing: [])
    #expect(try folder.bytes("out/a") == [1, 2, 3])
  }

  /// A copy of a checkpoint with one bit of a storage turned.
  private func damaged() throws -> String {
    var bytes = try Fixtures.bytes("pytorch/accepts/state-dict.pt")
    let checkpoint = try model()
    guard case .dense(let tensor) = checkpoint.tensors[0].content else {
      throw TensorDump.Malformed()
    }
    bytes[tensor.storage.start + 1] ^= 1
    return try folder.write("damaged.pt", bytes)
  }

  @Test(arguments: ways)
  func `a wrong checksum leaves no output and nothing hidden`(way: Way) throws {
    let checkpoint = try Checkpoint.open(try damaged())
    let error = #expect(throws: Rejection.self) {
      try checkpoint.convert(to: folder.path("out"), way.options)
    }
    #expect(error?.rule.id == "Z04")
    #expect(error?.place.member != nil)
    #expect(folder.names == ["damaged.pt"])
  }

  @Test(arguments: ways)
  func `a wrong checksum leaves an older output as it was`(way: Way) throws {
    _ = try model().convert(to: folder.path("out"), way.options)
    let checkpoint = try Checkpoint.open(try damaged())
    var options = way.options
    options.overwrites = true
    #expect(throws: Rejection.self) {
      try checkpoint.convert(to: folder.path("out"), options)
    }
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
  }

  @Test(arguments: ways)
  func `a relaxed checksum is a warning of the conversion`(way: Way) throws {
    let checkpoint = try Checkpoint.open(try damaged(), leniency: ["Z04"])
    let report = try checkpoint.convert(to: folder.path("out"), way.options)
    #expect(report.warnings.map(\.rule.id) == ["Z04"])
  }

  @Test(arguments: ways)
  func `an output in a folder that does not exist is refused`(way: Way) throws {
    let error = #expect(throws: Rejection.self) {
      try model().convert(to: folder.path("none/out"), way.options)
    }
    #expect(error?.rule.id == "F06")
  }
}

import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

struct ShardedConversionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func model() throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/accepts/state-dict.pt"))
  }

  private func convert(limit: Int?) throws -> ConversionReport {
    var options = ConversionOptions()
    options.maximumShardByteCount = limit
    options.overwrites = true
    return try model().convert(to: folder.path("out"), options)
  }

  @Test(arguments: [1, 12, 32, 64, 100, 120])
  func `shards hold what was read and no more than the limit`(limit: Int) throws {
    let report = try convert(limit: limit)
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
    let index = report.files.map { String($0.path.dropFirst(folder.path("out/").count)) }
    #expect(index.sorted() == folder.names(in: "out"))
    for (path, byteCount) in report.files where path.hasSuffix(".safetensors") {
      let shard = try Checkpoint.open(path)
      let sizes = try shard.tensors.map { try #require($0.byteCount) }
      #expect(sizes.count == 1 || sizes.reduce(0, +) <= limit)
      #expect(shard.byteCount == byteCount)
      #expect(shard.metadata == ["format": "pt"])
    }
  }

  @Test func `the index gives the sum of the tensors' bytes`() throws {
    let report = try convert(limit: 32)
    let index = try JSONValue(parsing: folder.bytes("out/model.safetensors.index.json"))
    let total = report.items.reduce(0) { $0 + $1.byteCount }
    #expect(index["metadata"]?["total_size"] == .integer(total))
    #expect(index["weight_map"]?.members?.count == report.items.count)
  }

  @Test func `what fits one file gets no index`() throws {
    _ = try convert(limit: 1 << 20)
    #expect(folder.names(in: "out") == ["model.safetensors"])
  }

  @Test(arguments: [(12, 64), (64, 12), (12, 1 << 20), (1 << 20, 12)])
  func `no shard of an older output stays behind`(before: Int, after: Int) throws {
    _ = try convert(limit: before)
    let report = try convert(limit: after)
    #expect(folder.names(in: "out").count == report.files.count)
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
  }

  @Test func `a file that is no shard stays`() throws {
    _ = try convert(limit: 12)
    try folder.write("out/config.json", [0x7B, 0x7D])
    _ = try convert(limit: 64)
    #expect(folder.names(in: "out").contains("config.json"))
  }

  @Test func `an older index cannot name files that are no shards`() throws {
    _ = try folder.makeFolder("out")
    try folder.write("out/train.py", [0x23])
    let index = #"{"metadata":{},"weight_map":{"a":"train.py"}}"#
    try folder.write("out/model.safetensors.index.json", Array(index.utf8))
    _ = try convert(limit: 64)
    #expect(folder.names(in: "out").contains("train.py"))
  }

  @Test func `only names that conversions give are removed`() throws {
    _ = try convert(limit: 12)
    let others = ["adapter.safetensors", "model-00001.safetensors", "modelling.safetensors"]
    for name in others { try folder.write("out/\(name)", [1]) }
    _ = try convert(limit: 64)
    #expect(Set(folder.names(in: "out")).isSuperset(of: others))
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
  }

  @Test func `an index says which file is meant where another lies beside it`() throws {
    _ = try folder.makeFolder("out")
    try folder.write("out/adapter.safetensors", [1])
    _ = try convert(limit: 1 << 20)
    #expect(
      folder.names(in: "out") == [
        "adapter.safetensors", "model.safetensors", "model.safetensors.index.json",
      ])
    #expect(try Checkpoint.open(folder.path("out")).facts() == model().facts())
  }

  @Test func `a tensor larger than a shard may be is a warning`() throws {
    #expect(try convert(limit: 1 << 20).warnings.isEmpty)
    #expect(try Set(convert(limit: 1).warnings.map(\.rule.id)) == ["F09"])
  }

  @Test func `a PyTorch file has no shards`() throws {
    var options = ConversionOptions()
    options.format = .pytorch
    options.maximumShardByteCount = 64
    let error = #expect(throws: Rejection.self) {
      try model().conversionReport(to: folder.path("out"), options)
    }
    #expect(error?.rule.id == "T13")
  }
}

extension NamedTensor {
  /// The bytes of the elements.
  fileprivate var byteCount: Int? { content.dtype.byteCount(elements: shape.elementCount) }
}

import Checkpoints
import Diagnostics
import Files
import TensorCore
import TestSupport
import Testing

struct ShardingTests {
  private func open(_ folder: String, audit: inout Audit) throws -> Checkpoint {
    let input = CheckpointInput(
      path: Fixtures.path("safetensors/accepts/" + folder), storage: Storage([]), isFolder: true)
    #expect(ShardedSafetensorsFormat.recognizes(input))
    return try ShardedSafetensorsFormat.open(input, audit: &audit)
  }

  @Test(arguments: ["sharded", "other-index-name"])
  func `a folder with an index has the tensors of all shards`(folder: String) throws {
    var audit = Audit()
    let checkpoint = try open(folder, audit: &audit)
    #expect(checkpoint.tensors.map(\.name) == ["a", "b"])
    #expect(audit.warnings.isEmpty)
  }

  @Test func `a folder with one safetensors file is that file`() throws {
    var audit = Audit()
    let checkpoint = try open("single", audit: &audit)
    #expect(checkpoint.format == "safetensors")
    #expect(checkpoint.tensors.map(\.name) == ["a"])
  }

  @Test func `the index itself opens the shards beside it`() throws {
    var audit = Audit()
    let path = Fixtures.path("safetensors/accepts/sharded/model.safetensors.index.json")
    let input = CheckpointInput(path: path, storage: Storage(try FileMapping(path: path)))
    #expect(ShardedSafetensorsFormat.recognizes(input))
    let checkpoint = try ShardedSafetensorsFormat.open(input, audit: &audit)
    #expect(checkpoint.tensors.map(\.name) == ["a", "b"])
  }

  @Test func `a wrong total size earns a warning`() throws {
    var audit = Audit()
    _ = try open("wrong-total", audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == ["S22"])
  }

  @Test func `an unlisted tensor is kept when S22 is relaxed`() throws {
    var audit = Audit(leniency: ["S22"])
    let checkpoint = try open("../rejects/S22-unlisted-tensor", audit: &audit)
    #expect(checkpoint.tensors.map(\.name).contains("a"))
  }

  @Test func `an index is written with sorted keys and two spaces`() {
    let index = SafetensorsIndex(
      totalSize: 6, totalParameters: 3, shards: ["b": "y.safetensors", "a": "x.safetensors"])
    #expect(
      String(decoding: index.encoded(), as: UTF8.self) == """
        {
          "metadata": {
            "total_parameters": 3,
            "total_size": 6
          },
          "weight_map": {
            "a": "x.safetensors",
            "b": "y.safetensors"
          }
        }

        """)
  }

  static let plans: [([Int], Int, [[Int]])] = [
    ([1, 2, 3], 10, [[0, 1, 2]]), ([4, 4, 4], 8, [[0, 1], [2]]),
    // A tensor above the limit comes before the file that is being filled.
    ([1, 20, 1], 10, [[1], [0, 2]]), ([], 10, [[]]), ([10, 0, 10], 10, [[0, 1], [2]]),
    ([11], 10, [[0]]),
  ]

  @Test(arguments: plans)
  func `shards are filled as huggingface_hub fills them`(
    sizes: [Int], limit: Int, groups: [[Int]]
  ) {
    let plan = ShardPlan(byteCounts: sizes, maximumByteCount: limit)
    #expect(plan.shards.map(\.indices) == groups)
  }

  @Test func `shards are numbered with five digits and a single one is not`() {
    let many = ShardPlan(byteCounts: [2, 2], maximumByteCount: 2)
    #expect(
      many.shards.map(\.fileName)
        == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    let single = ShardPlan(byteCounts: [2, 2], maximumByteCount: 4)
    #expect(single.shards.map(\.fileName) == ["model.safetensors"])
  }
}

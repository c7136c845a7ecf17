import Checkpoints
import TensorCore
import TestSupport
import Testing

/// Codes that a conversion keeps are codes when they are read back.
struct KeptCodesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // Debug builds are slow: of the large artifacts one, besides every small one.
  private static let large = [
    "int8-zlib-root", "pgrp-small-3layer", "raw-final-model-pt", "ternary-base3-fp8",
    "wm-banks-lzma6", "wm-int6-zstd", "wm-sdclip-gptqemb-brotli",
  ]
  static let inputs =
    GolfArtifactTests.accepts.filter { !large.contains($0) }.map { "golf/accepts/\($0)/artifact" }
    + ["per-channel", "per-channel-32", "per-tensor"].map { "pytorch/accepts/\($0).pt" }
    + [matrices]
  private static let matrices = "safetensors/kept/matrix-codes.safetensors"

  private func convert(
    _ input: String, _ output: String, _ codes: CodePolicy, shards: Int? = nil
  ) throws -> Checkpoint {
    var options = ConversionOptions()
    options.codes = codes
    options.maximumShardByteCount = shards
    _ = try Checkpoint.open(input).convert(to: folder.path(output), options)
    return try Checkpoint.open(folder.path(output))
  }

  private func encodings(_ checkpoint: Checkpoint) -> [String: String] {
    checkpoint.tensors.reduce(into: [:]) { kinds, tensor in
      guard case .encoded(let encoded) = tensor.content else { return }
      kinds[tensor.name] = "\(encoded.encoding) \(encoded.dtype) \(encoded.shape)"
    }
  }

  @Test(arguments: inputs)
  func `kept codes are read back as the encodings they were`(name: String) throws {
    let original = try Checkpoint.open(Fixtures.path(name))
    let kept = try convert(Fixtures.path(name), "kept", .keep)
    #expect(encodings(kept) == encodings(original))
    #expect(!kept.metadata.keys.contains { $0.hasPrefix("birdie.encoding.") })
    #expect(kept.warnings.isEmpty)
    #expect(try kept.compared(with: original).isWithin(0))
  }

  @Test(arguments: inputs)
  func `decoding kept codes gives the bytes that decoding the original gives`(
    name: String
  ) throws {
    _ = try convert(Fixtures.path(name), "direct", .decode)
    _ = try convert(Fixtures.path(name), "kept", .keep)
    _ = try convert(folder.path("kept"), "decoded", .decode)
    #expect(try folder.bytes("decoded") == folder.bytes("direct"))
  }

  @Test(arguments: inputs)
  func `codes that are kept again are the same file`(name: String) throws {
    _ = try convert(Fixtures.path(name), "kept", .keep)
    _ = try convert(folder.path("kept"), "again", .keep)
    #expect(try folder.bytes("again") == folder.bytes("kept"))
  }

  @Test func `notes from elsewhere bring codes back`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path(Self.matrices))
    let kinds = checkpoint.tensors.reduce(into: [String: String]()) { kinds, tensor in
      guard case .encoded(let encoded) = tensor.content else { return }
      kinds[tensor.name] = encoded.encoding.kind
    }
    #expect(
      kinds == [
        "grid": "grid_int8_row_column", "trellis": "grid_int16_trellis8_row_column",
        "grouped": "grouped_int8_zero_points", "symmetric": "grouped_int8",
        "codebook": "codebook7", "codebook-rows": "codebook7",
      ])
    #expect(checkpoint.warnings.isEmpty)
  }

  @Test(arguments: ["grid", "trellis", "grouped", "symmetric", "codebook", "codebook-rows"])
  func `codes from elsewhere decode to the numbers that were meant`(name: String) throws {
    let facts = try Checkpoint.open(Fixtures.path(Self.matrices)).facts()
    #expect(facts[name] != nil)
    #expect(facts[name] == facts["expected." + name])
  }

  @Test func `codes in one shard find their scales in another`() throws {
    let input = Fixtures.path("golf/accepts/b2-gate-lqer-bshf5-stride-2/artifact")
    let kept = try convert(input, "shards", .keep, shards: 64)
    #expect(kept.format == "safetensors_sharded")
    #expect(folder.names(in: "shards").count > 4)
    #expect(try encodings(kept) == encodings(Checkpoint.open(input)))
    #expect(try kept.facts() == Checkpoint.open(input).facts())
  }

  @Test func `renamed codes stay together`() throws {
    var options = ConversionOptions()
    options.codes = .keep
    options.renamings = [try #require(Renaming("s/^blocks/layers/"))]
    options.patterns = ["blocks.*"]
    let input = try Checkpoint.open(Fixtures.path("golf/accepts/d-ternary-base3-xz/artifact"))
    _ = try input.convert(to: folder.path("out"), options)
    let kept = try Checkpoint.open(folder.path("out"))
    let wanted = try input.facts().filter { $0.key.hasPrefix("blocks") }
    #expect(wanted.count == 3)
    #expect(
      try kept.facts()
        == Dictionary(
          uniqueKeysWithValues: wanted.map { ("layers" + $0.key.dropFirst(6), $0.value) }))
  }
}

extension Checkpoint {
  /// The checkpoint with every encoded tensor replaced by its parts.
  var stored: Checkpoint {
    var checkpoint = self
    checkpoint.tensors = tensors.flatMap { tensor -> [NamedTensor] in
      guard case .encoded(let encoded) = tensor.content else { return [tensor] }
      return encoded.components.map { NamedTensor(name: $0.name, content: .dense($0.tensor)) }
    }
    return checkpoint
  }
}

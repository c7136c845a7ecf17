import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// What goes into a Birdie artifact comes out of it.
struct ArtifactConversionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func convert(
    _ checkpoint: Checkpoint, _ output: String, _ codes: CodePolicy = .automatic,
    _ format: OutputFormat = .birdie, _ floats: FloatPolicy = .keep
  ) throws -> Checkpoint {
    var options = ConversionOptions()
    options.format = format
    options.codes = codes
    options.floats = floats
    _ = try checkpoint.convert(to: folder.path(output), options)
    return try Checkpoint.open(folder.path(output))
  }

  /// The encodings, and every part with its type, shape and bytes.
  private func parts(_ checkpoint: Checkpoint) throws -> [String: [String]] {
    try checkpoint.tensors.reduce(into: [:]) { parts, tensor in
      guard case .encoded(let encoded) = try tensor.content.resolved() else { return }
      parts[tensor.name] =
        try ["\(encoded.encoding) \(encoded.dtype) \(encoded.shape)"]
        + encoded.components.map { component in
          let hash = try TensorContent.dense(component.tensor).sha256()
          return "\(component.name) \(component.tensor.dtype) \(component.tensor.shape) \(hash)"
        }
    }
  }

  @Test(arguments: KeptCodesTests.inputs)
  func `codes and scales are those of the input, bit for bit`(name: String) throws {
    let original = try Checkpoint.open(Fixtures.path(name))
    let artifact = try convert(original, "a.birdie")
    #expect(artifact.format == "birdie")
    #expect(try parts(artifact) == parts(original))
    #expect(try artifact.compared(with: original).isWithin(0))
    #expect(artifact.metadata == original.metadata)
  }

  @Test(arguments: inputs)
  func `an artifact decodes to the bytes that its input decodes to`(name: String) throws {
    let original = try Checkpoint.open(Fixtures.path(name))
    let artifact = try convert(original, "a.birdie")
    let decoded = try convert(artifact, "through", .decode, .safetensors)
    #expect(try decoded.facts() == original.facts())
  }

  @Test(arguments: inputs)
  func `an artifact of an artifact has the same bytes`(name: String) throws {
    let artifact = try convert(try Checkpoint.open(Fixtures.path(name)), "a.birdie")
    _ = try convert(artifact, "b.birdie")
    #expect(try folder.bytes("b.birdie") == folder.bytes("a.birdie"))
  }

  /// One of each kind of encoding; debug builds are slow.
  static let inputs = [
    "golf/accepts/b2-gate-lqer-bshf5-stride-2/artifact", "golf/accepts/d-int5-stream-xz/artifact",
    "golf/accepts/d-ternary-base3-xz/artifact", "golf/accepts/d-ternary-bitmask-xz/artifact",
    "golf/accepts/d-xnor-xz/artifact", "pytorch/accepts/per-channel.pt",
    "safetensors/kept/matrix-codes.safetensors",
  ]

  static let floats = [
    "pytorch/accepts/state-dict.pt", "pytorch/accepts/tar-with-views.pt",
    "safetensors/accepts/tied.safetensors", "safetensors/accepts/f4.safetensors",
  ]

  @Test(arguments: floats)
  func `numbers of any type are those of the input, with their ties and metadata`(
    name: String
  ) throws {
    let original = try Checkpoint.open(Fixtures.path(name))
    let artifact = try convert(original, "a.birdie")
    let reference = try convert(original, "a.safetensors", .automatic, .safetensors)
    #expect(try artifact.compared(with: reference).isWithin(0))
    #expect(artifact.ties == reference.ties)
  }

  @Test func `floats can change their type on the way`() throws {
    let original = try Checkpoint.open(Fixtures.path("golf/accepts/b2-plain-brotli/artifact"))
    let artifact = try convert(original, "a.birdie", .automatic, .birdie, .bf16)
    let reference = try convert(original, "a.safetensors", .decode, .safetensors, .bf16)
    #expect(try artifact.compared(with: reference).isWithin(0))
  }

  @Test func `scales are rounded where the caller allows it, codes never`() throws {
    let original = try Checkpoint.open(Fixtures.path("golf/accepts/d-int5-stream-xz/artifact"))
    var options = ConversionOptions()
    options.format = .birdie
    options.scaleSteps = 4
    _ = try original.convert(to: folder.path("a.birdie"), options)
    let artifact = try Checkpoint.open(folder.path("a.birdie"))
    let exact = try convert(original, "b.birdie")
    #expect(artifact.byteCount < exact.byteCount)
    for (left, right) in zip(artifact.tensors, original.tensors) {
      guard case .encoded(let rounded) = try left.content.resolved(),
        case .encoded(let whole) = right.content, whole.components.count > 1
      else { continue }
      let digests = try [rounded, whole].map {
        try TensorContent.dense($0.components[0].tensor).sha256()
      }
      #expect(digests[0] == digests[1])
      let scales = [rounded, whole].map { $0.components[1].tensor }
      #expect(scales[0].shape == scales[1].shape && scales[0].dtype == scales[1].dtype)
    }
  }

  @Test func `parts keep names of their own where a new name would make two alike`() throws {
    let square = try #require(Shape([2, 2]))
    let one = try #require(Shape([1]))
    let codes = try #require(Tensor(dtype: .i8, shape: square, storage: Storage([1, 2, 3, 4])))
    let scales = try #require(Tensor(dtype: .f16, shape: one, storage: Storage([0, 60])))
    let encoded = try EncodedTensor(
      dtype: .f32, shape: codes.shape, encoding: ScaledCodes(bits: 8, coverage: .tensor),
      components: [.init(name: "w_q", tensor: codes), .init(name: "x_q", tensor: scales)])
    let checkpoint = Checkpoint(
      format: "golf", tensors: [NamedTensor(name: "w", content: .encoded(encoded))])
    var options = ConversionOptions()
    options.format = .birdie
    options.renamings = [try #require(Renaming("s/^w$/x/"))]
    _ = try checkpoint.convert(to: folder.path("a.birdie"), options)
    let artifact = try Checkpoint.open(folder.path("a.birdie"))
    guard case .encoded(let read) = try artifact.tensors[0].content.resolved() else {
      Issue.record("no codes")
      return
    }
    #expect(read.components.map(\.name) == ["w_q", "x_q"])
  }

  @Test func `an artifact is smaller than the compressed one it was made of`() throws {
    let original = try Checkpoint.open(Fixtures.path("golf/accepts/wm-int6-zstd/artifact"))
    let artifact = try convert(original, "a.birdie")
    #expect(artifact.byteCount < original.byteCount)
  }

  @Test func `a selection of an artifact's tensors is decoded without the others`() throws {
    let original = try Checkpoint.open(Fixtures.path("golf/accepts/wm-int6-zstd/artifact"))
    _ = try convert(original, "a.birdie")
    // Damage the first chunk: the last tensor does not notice.
    var bytes = try folder.bytes("a.birdie")
    bytes[40] ^= 0xFF
    let artifact = try Checkpoint.open(folder.write("b.birdie", bytes))
    #expect(throws: Rejection.self) { try artifact.facts() }
    let last = try #require(artifact.tensors.last)
    let expected = try #require(original.tensors.first { $0.name == last.name })
    #expect(try last.content.sha256() == expected.content.sha256())
  }
}

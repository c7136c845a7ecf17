import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// What a conversion loses, it says.
struct ConversionLossTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file of one tensor `a` and these metadata.
  private func model(_ values: [Float], metadata: String = "{}") throws -> Checkpoint {
    let end = values.count * 4
    let header =
      #"{"__metadata__":\#(metadata),"a":{"dtype":"F32","shape":[\#(values.count)],"#
      + #""data_offsets":[0,\#(end)]}}"#
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    let payload = values.withUnsafeBytes { Array($0) }
    return try Checkpoint.open(
      folder.write("in.safetensors", length + Array(header.utf8) + payload))
  }

  private func losses(
    _ model: Checkpoint, _ format: OutputFormat, _ floats: FloatPolicy = .keep
  ) throws -> [Audit.Warning] {
    var options = ConversionOptions()
    options.format = format
    options.floats = floats
    return try model.convert(to: folder.path("out"), options).warnings
  }

  @Test func `metadata that a PyTorch file cannot hold are counted`() throws {
    let model = try model([1], metadata: #"{"format":"pt","step":"9","author":"x"}"#)
    let found = try losses(model, .pytorch)
    #expect(found.map(\.rule.id) == ["F08"])
    #expect(found.first?.message.hasPrefix("2 metadata entries") == true)
  }

  @Test func `notes of kept codes that a PyTorch file cannot hold are counted apart`() throws {
    var options = ConversionOptions()
    options.format = .pytorch
    options.codes = .keep
    let input = try Checkpoint.open(Fixtures.path("pytorch/accepts/per-tensor.pt"))
    let found = try input.convert(to: folder.path("out"), options).warnings
    #expect(found.map(\.rule.id) == ["F08"])
    #expect(found.first?.message.contains("say how kept codes become numbers") == true)
  }

  @Test func `the note that a file is one of PyTorch's is no loss`() throws {
    #expect(try losses(model([1], metadata: #"{"format":"pt"}"#), .pytorch).isEmpty)
  }

  @Test(arguments: [OutputFormat.safetensors, .pytorch])
  func `finite numbers beyond half precision are counted`(format: OutputFormat) throws {
    // 65520 is the first that rounds to infinity, 65519 to 65504.
    let model = try model([1, 65519, 65520, -1e6, .infinity, .nan])
    let found = try losses(model, format, .f16)
    #expect(found.map(\.rule.id) == ["F10"])
    #expect(found.first?.message.hasPrefix("2 finite numbers") == true)
    #expect(found.first?.place.tensor == "a")
  }

  @Test func `bfloat16 holds what float32 holds but for its largest`() throws {
    #expect(try losses(model([1e38, -.infinity]), .safetensors, .bf16).isEmpty)
  }

  @Test func `float32's largest number is infinite in bfloat16`() throws {
    let found = try losses(model([.greatestFiniteMagnitude]), .safetensors, .bf16)
    #expect(found.map(\.rule.id) == ["F10"])
  }

  @Test func `a name that reading a PyTorch file would refuse is not written to one`() throws {
    let path = Fixtures.path("safetensors/rejects/S16-long.safetensors")
    let model = try Checkpoint.open(path, leniency: ["S16"])
    let error = #expect(throws: Rejection.self) { try losses(model, .pytorch) }
    #expect(error?.rule.id == "T13")
  }

  @Test func `a key that would be read as a note on codes is left out with a warning`() throws {
    var model = try model([1])
    model.metadata["birdie.encoding.a"] = "1"
    let found = try losses(model, .safetensors)
    #expect(found.map(\.rule.id) == ["F08"])
    #expect(try Checkpoint.open(folder.path("out")).tensors.map(\.name) == ["a"])
  }
}

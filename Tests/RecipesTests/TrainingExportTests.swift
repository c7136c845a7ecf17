import Checkpoints
import Recipes
import TensorCore
import TestSupport
import Testing

/// Artifacts against those that the scripts' formulas give in PyTorch.
struct TrainingExportTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func exported(_ id: String) throws -> Checkpoint {
    let export = try #require(TrainingExports.all.first { $0.id == id })
    let path = folder.path("model.ptz")
    let model = try Checkpoint.open(Fixtures.path("quantization/model.pt"))
    try export.write(model, to: path)
    return try Checkpoint.open(path)
  }

  private func expected(_ id: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("quantization/model.\(id).ptz"))
  }

  @Test(arguments: TrainingExports.all.map(\.id))
  func `names are the script's, in its order`(id: String) throws {
    #expect(try exported(id).tensors.map(\.name) == expected(id).tensors.map(\.name))
  }

  @Test(arguments: TrainingExports.all.map(\.id))
  func `what is stored is the script's`(id: String) throws {
    #expect(try exported(id).tensors.map(Stored.init) == expected(id).tensors.map(Stored.init))
  }

  @Test func `the layout is told by its name`() throws {
    #expect(try exported("int8").metadata["__quant_format__"] == "int8_clean_per_row_v1")
  }
}

/// What an artifact stores of a tensor.
private struct Stored: Equatable {
  let name: String
  let dtype: DType
  let kind: String
  let parts: [[UInt8]]
  let types: [String]

  init(_ tensor: NamedTensor) {
    name = tensor.name
    dtype = tensor.dtype
    let tensors: [Tensor]
    switch tensor.content {
    case .encoded(let encoded):
      kind = encoded.encoding.kind
      tensors = encoded.components.map(\.tensor)
    case .dense(let dense):
      kind = "dense"
      tensors = [dense]
    default:
      kind = "other"
      tensors = []
    }
    parts = tensors.map { $0.packed().bytes.withUnsafeBytes { Array($0) } }
    types = tensors.map { "\($0.dtype.rawValue) \($0.shape)" }
  }
}

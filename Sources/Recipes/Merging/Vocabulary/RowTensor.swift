internal import Checkpoints
internal import Diagnostics
internal import Files
internal import TensorCore

/// A model's embedding or head with the rows of the result's vocabulary, gathered when it is asked
/// for, a bounded number of rows at a time.
struct RowTensor: Sendable {
  /// The name in the result's terms.
  let name: String
  /// The model that it is of.
  let model: Int
  let plan: RowPlan
  /// The tensor in each of the models that rows come from.
  let sources: [Int: NamedTensor]
  /// The type that all of them are brought to.
  let dtype: DType

  /// The tensor. Throws M06 where sources have rows of different lengths, or no numbers.
  func content() throws(Rejection) -> TensorContent {
    guard let own = sources[model], let origins = plan.origins[model] else {
      preconditionFailure("a model that takes part has a tensor")
    }
    if let scalar = sources.values.first(where: { $0.shape.rank == 0 }) {
      throw Rejection(MergeRules.tensors, "\(name): \(scalar.name) has no rows")
    }
    let dimensions = Array(own.shape.dimensions.dropFirst())
    for source in sources.values.sorted(by: { $0.name < $1.name }) {
      guard Array(source.shape.dimensions.dropFirst()) == dimensions else {
        throw Rejection(
          MergeRules.tensors,
          "\(name): rows of \(source.shape.dimensions) and of \(own.shape.dimensions) do not mix")
      }
    }
    guard let shape = Shape([origins.count] + dimensions) else {
      throw Rejection(MergeRules.tensors, "\(name) would be too large")
    }
    let needed = sources.filter { uses($0.key, origins) }.sorted { $0.key < $1.key }
    return .computed(
      ComputedTensor(dtype, shape, from: needed.map(\.value.content)) { (sink) throws(Rejection) in
        try locating(Place(tensor: name)) { () throws(Rejection) in
          var rows: [Int: RowReader] = [:]
          for (model, tensor) in needed { rows[model] = try RowReader(tensor, as: dtype) }
          let gathering = RowGathering(
            plan: plan, origins: origins, rows: rows, width: width(own), dtype: dtype)
          try gathering.run(sink)
        }
      })
  }

  private func width(_ tensor: NamedTensor) -> Int {
    tensor.shape.dimensions.dropFirst().reduce(1, *)
  }

  private func uses(_ model: Int, _ origins: [RowPlan.Origin]) -> Bool {
    origins.contains { origin in
      switch origin {
      case .row(model, _): true
      case .mean(let place): plan.means[place].contains { $0.model == model }
      default: false
      }
    }
  }
}

/// Reads rows of a tensor, in a type.
struct RowReader {
  private let storage: Storage
  private let rowByteCount: Int
  private let cast: MergeCast

  /// Makes the elements lie one behind the other, in a scratch file if need be. Throws M06 for what
  /// is no float.
  init(_ tensor: NamedTensor, as dtype: DType) throws(Rejection) {
    guard tensor.dtype.isConvertibleFloat, let width = tensor.dtype.byteWidth else {
      throw Rejection(
        MergeRules.tensors, "\(tensor.dtype.rawValue) is no type of rows that can be moved")
    }
    cast = try MergeCast(from: tensor.dtype, to: dtype)
    rowByteCount = width * tensor.shape.dimensions.dropFirst().reduce(1, *)
    storage = try tensor.contiguousStorage()
  }

  /// Gives the bytes of some rows. Throws F04 where the file has become shorter.
  func read(
    _ rows: Range<Int>, _ sink: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    var bytes = [UInt8](repeating: 0, count: rows.count * rowByteCount)
    var failure: Rejection?
    bytes.withUnsafeMutableBytes { target in
      do throws(Rejection) {
        try storage.read(rows.lowerBound * rowByteCount, into: target)
      } catch { failure = error }
    }
    if let failure { throw failure }
    try cast.convert(bytes.span.bytes, sink)
  }
}

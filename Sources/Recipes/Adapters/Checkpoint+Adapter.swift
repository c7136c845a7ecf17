public import Checkpoints
public import Diagnostics
internal import Merging
internal import TensorCore
internal import TensorOps

extension Checkpoint {
  /// The checkpoint with an adapter's changes, W + s · B · A, which are computed in double
  /// precision and rounded once when the tensors are asked for. Names that share a changed weight
  /// share the change. Throws J02 where one has no weight, and what reading factors throws.
  public func applying(_ adapter: LowRankAdapter) throws(Rejection) -> Checkpoint {
    var result = self
    let places = Dictionary(
      tensors.indices.map { (TensorNames.canonical(tensors[$0].name).key, $0) },
      uniquingKeysWith: { first, _ in first })
    func place(of name: String) throws(Rejection) -> Int {
      guard let place = places[TensorNames.canonical(name).key] else {
        throw Rejection(
          AdapterRules.foreign, "\(path) has no \(name)", at: Place(file: adapter.path))
      }
      return place
    }
    for (name, change) in adapter.changes.sorted(by: { $0.key < $1.key }) {
      let place = try place(of: name)
      result.tensors[place].content = try locating(
        Place(file: adapter.path, tensor: name)
      ) { () throws(Rejection) in try change.applied(to: tensors[place]) }
    }
    for (name, tensor) in adapter.replacements.sorted(by: { $0.key < $1.key }) {
      let place = try place(of: name)
      guard tensor.shape == tensors[place].shape else {
        throw Rejection(
          AdapterRules.foreign,
          "\(name) is \(tensor.shape.dimensions), and \(tensors[place].shape.dimensions) in "
            + path, at: Place(file: adapter.path))
      }
      result.tensors[place].content = tensor.content
    }
    return result
  }
}

extension LowRankAdapter.Change {
  /// A weight with the change. Throws J02 where it has another shape.
  fileprivate func applied(to weight: NamedTensor) throws(Rejection) -> TensorContent {
    guard weight.shape.rank == 2, weight.dtype.isConvertibleFloat else {
      throw Rejection(
        AdapterRules.foreign,
        "the weight is \(weight.dtype.rawValue) \(weight.shape.dimensions), no matrix of floats")
    }
    var factors = try factors()
    let (rows, columns) = (factors.b.rowCount, factors.a.columnCount)
    let fits = weight.shape.dimensions == [rows, columns]
    let isTransposed = isTransposed ?? !fits
    guard isTransposed ? weight.shape.dimensions == [columns, rows] : fits else {
      throw Rejection(
        AdapterRules.foreign,
        "factors make \([rows, columns]), and the weight is \(weight.shape.dimensions)")
    }
    if isTransposed { factors = factors.transposed }
    var lengths: [Double]?
    if let magnitudes {
      guard !isTransposed, magnitudes.shape.elementCount == rows else {
        throw Rejection(AdapterRules.unsupported, "magnitudes of something else than rows")
      }
      lengths = try magnitudes.floats().map(Double.init)
    }
    return .computed(
      ComputedTensor(
        weight.dtype, weight.shape, from: [weight.content, a.content, b.content]
      ) { [factors, lengths] (sink) throws(Rejection) in
        try LowRankSum(
          try weight.mergeElements(), shape: weight.shape, factors, magnitudes: lengths
        ).run(sink)
      })
  }
}

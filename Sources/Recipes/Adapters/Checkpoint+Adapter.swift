public import Checkpoints
public import Diagnostics
internal import Merging
internal import TensorCore
internal import TensorOps

extension Checkpoint {
  /// The checkpoint with an adapter's changes, W + s · B · A, which are computed in double
  /// precision and rounded once when the tensors are asked for. All names of a changed weight have
  /// the change; a tensor that the adapter replaces shares its elements with none any more. Throws
  /// J02 where a change has no weight that it fits, J03 where two names of one weight change, and
  /// what reading factors throws.
  public func applying(_ adapter: LowRankAdapter) throws(Rejection) -> Checkpoint {
    var target = AdapterTarget(self, path: adapter.path)
    for (name, tensor) in adapter.bases.sorted(by: { $0.key < $1.key }) {
      try target.replace(name, tensor, keepingTies: true)
    }
    for (name, change) in adapter.changes.sorted(by: { $0.key < $1.key }) {
      try target.apply(change, to: name)
    }
    for (name, tensor) in adapter.replacements.sorted(by: { $0.key < $1.key }) {
      try target.replace(name, tensor, keepingTies: false)
    }
    return target.checkpoint
  }
}

/// A checkpoint whose tensors change one after the other.
private struct AdapterTarget {
  private(set) var checkpoint: Checkpoint
  private let path: String
  private var places: [String: Int] = [:]
  private var changed: Set<String> = []

  init(_ checkpoint: Checkpoint, path: String) {
    (self.checkpoint, self.path) = (checkpoint, path)
    for (place, tensor) in checkpoint.tensors.enumerated() {
      places[TensorNames.canonical(tensor.name).key] = place
    }
    // Names that a file only notes are those of the tensor that it has.
    for tie in checkpoint.ties {
      let keys = tie.map { TensorNames.canonical($0).key }
      guard let place = keys.compactMap({ places[$0] }).first else { continue }
      for key in keys where places[key] == nil { places[key] = place }
    }
  }

  private func place(of name: String) throws(Rejection) -> Int {
    guard let place = places[TensorNames.canonical(name).key] else {
      throw Rejection(
        AdapterRules.foreign, "\(checkpoint.path) has no \(name)", at: Place(file: path))
    }
    return place
  }

  mutating func apply(
    _ change: LowRankAdapter.Change, to name: String
  ) throws(Rejection) {
    let weight = checkpoint.tensors[try place(of: name)]
    let names = self.names(of: weight.name)
    guard changed.isDisjoint(with: names) else {
      throw Rejection(
        AdapterRules.unsupported, "a weight that shares the elements of \(name) changes too",
        at: Place(file: path))
    }
    changed.formUnion(names)
    let content = try locating(Place(file: path, tensor: name)) { () throws(Rejection) in
      try change.applied(to: weight)
    }
    set(content, of: weight.name)
  }

  mutating func replace(
    _ name: String, _ tensor: NamedTensor, keepingTies: Bool
  ) throws(Rejection) {
    let own = checkpoint.tensors[try place(of: name)]
    guard tensor.shape == own.shape else {
      throw Rejection(
        AdapterRules.foreign,
        "\(name) is \(tensor.shape.dimensions), and \(own.shape.dimensions) in "
          + checkpoint.path, at: Place(file: path))
    }
    set(tensor.content, of: keepingTies ? own.name : separated(name, own))
  }

  /// Gives a name a tensor that it shares with none. The name that it has.
  private mutating func separated(_ name: String, _ own: NamedTensor) -> String {
    let key = TensorNames.canonical(name).key
    guard
      let place = checkpoint.ties.firstIndex(where: { tie in
        tie.contains { TensorNames.canonical($0).key == key }
      })
    else { return own.name }
    // Notes of ties are made anew from what is left of them.
    for alias in checkpoint.ties[place] { checkpoint.metadata[alias] = nil }
    let names = checkpoint.ties[place]
    let alias = names.first { TensorNames.canonical($0).key == key } ?? name
    let others = names.filter { $0 != alias }
    let present = Set(checkpoint.tensors.map(\.name))
    for missing in [alias] + (present.isDisjoint(with: others) ? [others[0]] : [])
    where !present.contains(missing) {
      places[TensorNames.canonical(missing).key] = checkpoint.tensors.count
      checkpoint.tensors.append(NamedTensor(name: missing, content: own.content))
    }
    let kept = Set(checkpoint.tensors.map(\.name))
    // The one that a file has comes first: others are notes of it.
    checkpoint.ties[place] = others.filter(kept.contains) + others.filter { !kept.contains($0) }
    checkpoint.ties.removeAll { $0.count < 2 }
    return alias
  }

  /// A tensor and those that share its elements.
  private func names(of name: String) -> [String] {
    checkpoint.ties.first { $0.contains(name) } ?? [name]
  }

  /// Gives a tensor and those that share its elements new ones.
  private mutating func set(_ content: TensorContent, of name: String) {
    let names = names(of: name)
    for place in checkpoint.tensors.indices where names.contains(checkpoint.tensors[place].name) {
      checkpoint.tensors[place].content = content
    }
  }
}

extension LowRankAdapter.Change {
  /// A weight with the change. Throws J02 where it has another shape or type.
  fileprivate func applied(to weight: NamedTensor) throws(Rejection) -> TensorContent {
    guard weight.shape.rank == 2, [.f64, .f32, .bf16, .f16].contains(weight.dtype) else {
      throw Rejection(
        AdapterRules.foreign,
        "the weight is \(weight.dtype.rawValue) \(weight.shape.dimensions), no matrix of F64, F32, "
          + "BF16 or F16")
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

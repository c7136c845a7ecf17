public import Checkpoints
public import Diagnostics
internal import Merging
public import TensorCore
internal import TensorOps

/// Finds the adapter that makes one model of another: the nearest factors of what they differ by
/// (Eckart and Young 1936).
public struct AdapterExtraction: Sendable {
  /// The rank of factors at most.
  public var rank = 32
  /// Singular values of at most this are left out.
  public var leastValue = 0.0
  /// Whether both factors have the roots of the singular values; otherwise A has them.
  public var isBalanced = true
  /// Whether tables that tokens are looked up in have factors too.
  public var includesTables = false
  /// Patterns of which a weight's name must match one to have factors; empty takes all.
  public var patterns: [String] = []
  /// Patterns of tensors that are kept whole.
  public var savedPatterns: [String] = []
  /// The type of the factors.
  public var dtype = DType.f32

  /// The defaults.
  public init() {}

  /// The adapter from `base` to `model`. Throws J02 where the models have other tensors, J04 where
  /// nothing is left to extract, and what reading them throws.
  public func run(
    _ model: Checkpoint, base: Checkpoint,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> AdapterDraft {
    let own = model.byCanonicalName
    let bases = base.byCanonicalName
    let names = AdapterNaming(modelOf: Array(bases.values.map(\.name)))
    let (chosen, saved) = (patterns.map(NameGlob.init), savedPatterns.map(NameGlob.init))
    var changes: [(layer: AdapterDraft.Layer, factors: LowRankFactors)] = []
    var replaced: [NamedTensor] = []
    var left: [String] = []
    let strangers = own.keys.filter { bases[$0] == nil && !model.hasOther($0, in: bases) }
    if let stranger = strangers.min(), let tensor = own[stranger] {
      throw Rejection(
        AdapterRules.foreign, "there is no \(tensor.name), which \(model.path) has",
        at: Place(file: base.path))
    }
    var shared: Set<String> = []
    for (done, key) in bases.keys.sorted().enumerated() {
      progress(done, bases.count)
      // Of names that share elements the first one stands for all.
      guard let before = bases[key], !shared.contains(key) else { continue }
      shared.formUnion(base.sharing(key))
      if own[key] == nil, base.hasOther(key, in: own) { continue }
      guard let after = own[key], after.shape == before.shape else {
        throw Rejection(
          AdapterRules.foreign,
          "\(before.name) is \(before.shape.dimensions), and "
            + (own[key].map { "\($0.shape.dimensions)" } ?? "missing") + " in \(model.path)",
          at: Place(file: base.path))
      }
      guard before.dtype.isConvertibleFloat, after.dtype.isConvertibleFloat else {
        if try after.differs(from: before) { left.append(before.name) }
        continue
      }
      if !saved.isEmpty, saved.admit(before.name) {
        replaced.append(NamedTensor(name: before.name, content: after.content))
      } else if isFactored(before), chosen.admit(before.name) {
        if let change = try change(before, after, names) { changes.append(change) }
      } else if try after.differs(from: before) {
        left.append(before.name)
      }
    }
    guard !changes.isEmpty else {
      throw Rejection(
        AdapterRules.nothing, "no weight that can have factors differs",
        at: Place(file: model.path))
    }
    return AdapterDraft(
      changes, replacements: replaced, left: left, dtype: dtype, base: base.path, names: names)
  }

  private func isFactored(_ tensor: NamedTensor) -> Bool {
    tensor.shape.rank == 2 && tensor.shape.dimensions.allSatisfy { $0 > 1 }
      && tensor.name.hasSuffix(".weight") && (includesTables || !TensorNames.isTable(tensor.name))
  }

  private func change(
    _ before: NamedTensor, _ after: NamedTensor, _ names: AdapterNaming
  ) throws(Rejection) -> (layer: AdapterDraft.Layer, factors: LowRankFactors)? {
    var difference = Matrix.sum([try after.matrix(), try before.matrix()], by: [1, -1])
    guard difference.elements.allSatisfy(\.isFinite) else {
      throw Rejection(
        AdapterRules.foreign, "an element is not finite", at: Place(tensor: before.name))
    }
    let square = difference.squaredNorm
    guard square > 0 else { return nil }
    if names.isTransposed(before.name) { difference = difference.transposed }
    let factors = LowRankFactors(
      nearest: difference, rank: rank, above: leastValue, isBalanced: isBalanced)
    guard factors.rank > 0 else { return nil }
    let rest = Matrix.sum([difference, factors.product], by: [1, -1]).squaredNorm
    return (
      AdapterDraft.Layer(
        name: before.name, rank: factors.rank, lostShare: rest / square,
        isTable: TensorNames.isTable(before.name)), factors
    )
  }
}

extension Checkpoint {
  /// The tensors by the names that they are looked for by.
  fileprivate var byCanonicalName: [String: NamedTensor] {
    Dictionary(
      tensors.map { (TensorNames.canonical($0.name).key, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The canonical names that share a tensor's elements, its own among them.
  fileprivate func sharing(_ key: String) -> [String] {
    ties.map { $0.map { TensorNames.canonical($0).key } }.first { $0.contains(key) } ?? [key]
  }

  /// Whether a tensor is among some under another of its names.
  fileprivate func hasOther(_ key: String, in tensors: [String: NamedTensor]) -> Bool {
    sharing(key).contains { $0 != key && tensors[$0] != nil }
  }
}

extension NamedTensor {
  /// Whether an element is another; floats of other types are compared as numbers.
  func differs(from other: NamedTensor) throws(Rejection) -> Bool {
    guard shape == other.shape else { return true }
    guard dtype != other.dtype, dtype.isConvertibleFloat, other.dtype.isConvertibleFloat else {
      let (own, others) = (try digest(), try other.digest())
      return dtype != other.dtype || own != others
    }
    let count = shape.elementCount
    return try mergeElements().matrix(1, count) != other.mergeElements().matrix(1, count)
  }
}

public import Diagnostics
internal import Checkpoints
internal import JSON
internal import Merging
public import TensorCore
internal import TensorOps

/// Makes one adapter of several for the same model.
public struct AdapterMerge: Sendable {
  /// How factors are put together.
  public enum Way: String, Sendable, CaseIterable {
    /// The sum exactly: ranks add up.
    case cat
    /// The sum, and of it the nearest factors of a rank.
    case svd
    /// Factors one by one, as PEFT's `linear`; ranks must be equal.
    case linear
  }

  /// How.
  public var way = Way.svd
  /// The rank of the result where it is not the sum's; nil for the largest of the adapters.
  public var rank: Int?
  /// The type of the factors.
  public var dtype = DType.f32

  /// The defaults.
  public init() {}

  /// Σ wᵢ · sᵢ · Bᵢ · Aᵢ for every weight. Throws J02 where adapters are of different shapes or
  /// replace the same tensor, J03 for those with magnitudes, J04 where nothing is left of them, J05
  /// for what is not finite, and what reading factors throws.
  public func run(
    _ adapters: [LowRankAdapter], weights: [Double]
  ) throws(Rejection) -> AdapterDraft {
    precondition(adapters.count == weights.count && !adapters.isEmpty, "each has a weight")
    var changes: [(layer: AdapterDraft.Layer, factors: LowRankFactors)] = []
    let names = Set(adapters.flatMap(\.changes.keys)).sorted()
    for name in names {
      var parts: [LowRankFactors] = []
      var shares: [Double] = []
      var isTable = false
      for (adapter, weight) in zip(adapters, weights) {
        guard let change = adapter.changes[name] else { continue }
        try locating(Place(file: adapter.path, tensor: name)) { () throws(Rejection) in
          guard change.magnitudes == nil else {
            throw Rejection(AdapterRules.unsupported, "its changes have magnitudes")
          }
          let factors = try change.unscaledFactors()
          isTable = change.isTable
          if let first = parts.first,
            first.a.columnCount != factors.a.columnCount || first.b.rowCount != factors.b.rowCount
          {
            throw Rejection(AdapterRules.foreign, "another adapter changes it by another shape")
          }
          parts.append(factors)
        }
        shares.append(weight * change.scale)
      }
      let change = try locating(Place(tensor: name)) { () throws(Rejection) in
        try merged(name, parts, shares, isTable: isTable)
      }
      // What nothing is left of is no change.
      if change.factors.rank > 0 { changes.append(change) }
    }
    guard !changes.isEmpty else {
      throw Rejection(
        AdapterRules.nothing, "nothing is left of the adapters with these weights",
        at: Place(file: adapters[0].path))
    }
    return AdapterDraft(
      changes, bases: try bases(of: adapters), replacements: try replacements(of: adapters),
      left: [], dtype: dtype,
      base: adapters[0].configuration["base_model_name_or_path"]?.string ?? "",
      names: AdapterNaming(of: adapters[0]))
  }

  private func merged(
    _ name: String, _ parts: [LowRankFactors], _ weights: [Double], isTable: Bool
  ) throws(Rejection) -> (layer: AdapterDraft.Layer, factors: LowRankFactors) {
    let sum = LowRankFactors.sum(parts, by: weights)
    guard sum.isFinite else {
      throw Rejection(AdapterRules.notFinite, "a factor with its scale and weight is not finite")
    }
    var (factors, lost): (LowRankFactors, Double?) = (sum, nil)
    switch way {
    case .cat: break
    case .svd:
      let square = sum.squaredNorm
      guard square.isFinite else {
        throw Rejection(AdapterRules.notFinite, "the sum of the products is not finite")
      }
      factors = sum.reduced(to: rank ?? parts.map(\.rank).max() ?? 1)
      lost = square > 0 ? max(0, 1 - factors.squaredNorm / square) : 0
    case .linear:
      guard Set(parts.map(\.rank)).count == 1 else {
        throw Rejection(
          AdapterRules.foreign, "ranks are \(parts.map(\.rank)), and linear adds factors of one")
      }
      factors = LowRankFactors.factorwise(parts, by: weights)
    }
    let layer = AdapterDraft.Layer(
      name: name, rank: factors.rank, lostShare: lost, isTable: isTable)
    return (layer, factors)
  }

  /// The weights as they were before the changes, where adapters have them, which must be the same.
  private func bases(of adapters: [LowRankAdapter]) throws(Rejection) -> [NamedTensor] {
    var found: [String: NamedTensor] = [:]
    for adapter in adapters {
      for (name, tensor) in adapter.bases.sorted(by: { $0.key < $1.key }) {
        let earlier = found.updateValue(
          NamedTensor(name: name, content: tensor.content), forKey: name)
        guard let earlier, try tensor.differs(from: earlier) else { continue }
        throw Rejection(
          AdapterRules.foreign, "it keeps another \(name) than other adapters do",
          at: Place(file: adapter.path))
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }

  /// What only one of the adapters replaces.
  private func replacements(of adapters: [LowRankAdapter]) throws(Rejection) -> [NamedTensor] {
    var found: [String: NamedTensor] = [:]
    for adapter in adapters {
      for (name, tensor) in adapter.replacements.sorted(by: { $0.key < $1.key }) {
        let named = NamedTensor(name: name, content: tensor.content)
        guard found.updateValue(named, forKey: name) == nil else {
          throw Rejection(
            AdapterRules.foreign, "two adapters replace \(name)", at: Place(file: adapter.path))
        }
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }
}

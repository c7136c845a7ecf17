/// Where the rows of an embedding or a head come from, for each of the models that it is merged of.
struct RowPlan: Sendable {
  /// Where one row comes from.
  enum Origin: Sendable, Equatable {
    /// A row of a model.
    case row(model: Int, row: Int)
    /// The mean of rows, by its position among the plan's means.
    case mean(Int)
    /// Nothing but zeros.
    case zero
    /// The mean of the rows that have a token: no token has the id.
    case padding
  }

  /// The origins by model, for those that take part.
  private(set) var origins: [Int: [Origin]] = [:]
  /// The rows that means are of.
  private(set) var means: [[(model: Int, row: Int)]] = []
  /// How many tokens no model has, and the recipe has no row for.
  private(set) var orphanCount = 0

  /// The row of each id of the result in each model; nil where the model does not have the token.
  /// `chosen` is where the recipe says that a row comes from.
  init(
    ids: [Int], rowCount: Int, participants: [Int], base: Int?, rows: (Int, Int) -> Int?,
    chosen: (Int) -> (origin: Origin, isForced: Bool)?
  ) {
    for model in participants {
      origins[model] = [Origin](repeating: .padding, count: rowCount)
    }
    for (place, id) in ids.enumerated() {
      let holders = participants.compactMap { model in rows(model, place).map { (model, $0) } }
      let choice = chosen(place)
      let isEverywhere = holders.count == participants.count
      let other = choice?.origin ?? (isEverywhere ? .zero : shared(holders, base))
      for model in participants {
        let own = choice?.isForced == true ? nil : holders.first { $0.0 == model }
        origins[model]?[id] = own.map { .row(model: $0.0, row: $0.1) } ?? other
      }
    }
  }

  /// The row of models that do not have a token: the only model's that does, the base's, or a mean.
  private mutating func shared(_ holders: [(Int, Int)], _ base: Int?) -> Origin {
    guard let first = holders.first else {
      orphanCount += 1
      return .zero
    }
    if holders.count == 1 { return .row(model: first.0, row: first.1) }
    if let own = holders.first(where: { $0.0 == base }) { return .row(model: own.0, row: own.1) }
    means.append(holders.map { (model: $0.0, row: $0.1) })
    return .mean(means.count - 1)
  }

  /// How many rows of a model come from where.
  struct Counts: Sendable, Equatable {
    /// From the model itself.
    var own = 0
    /// From another model.
    var others = 0
    /// Means over models.
    var means = 0
    /// Zeros.
    var zeros = 0
    /// Rows without a token.
    var padding = 0
  }

  /// How many rows of a model come from where.
  func counts(of model: Int) -> Counts {
    var counts = Counts()
    for origin in origins[model] ?? [] {
      switch origin {
      case .row(let source, _) where source == model: counts.own += 1
      case .row: counts.others += 1
      case .mean: counts.means += 1
      case .zero: counts.zeros += 1
      case .padding: counts.padding += 1
      }
    }
    return counts
  }

  /// Whether a model's rows are those of a tensor with so many, in its order.
  func isIdentity(_ model: Int, rowCount: Int) -> Bool {
    guard let origins = origins[model], origins.count == rowCount else { return false }
    return origins.enumerated().allSatisfy { $1 == .row(model: model, row: $0) }
  }
}

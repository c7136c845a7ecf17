public import LanguageModels

/// Hidden units and attention heads in the order of their weights' size, so that neighbours have
/// similar scales and those take fewer bits.
public struct SizeOrder: ModelTransform {
  /// The name in recipes.
  public static let id = "sort"
  /// What it does.
  public static let summary =
    "hidden units and attention heads ordered by the size of their weights"

  /// The transform.
  public init() {}

  /// Sorts by sums of squares, the largest first: of the first producer's rows, or of the rows that
  /// a head has in the first of the keys and of the queries.
  public func apply(
    _ freedom: ModelFreedom, number: Int, to matrices: inout FreedomMatrices
  ) -> Bool {
    switch freedom {
    case .hiddenUnits(let producers, let consumer):
      guard let first = producers.first, let order = matrices.order(of: first, parts: nil) else {
        return false
      }
      return matrices.reorder(rowsOf: producers, columnsOf: consumer, order)
    case .heads(let queries, let keys, let output, let headCount, let sharing):
      guard let first = queries.first, let key = keys.first, sharing > 0,
        let heads = matrices.order(of: first, parts: headCount),
        let groups = matrices.order(of: key, parts: headCount / sharing)
      else { return false }
      let ranks = Dictionary(uniqueKeysWithValues: heads.enumerated().map { ($1, $0) })
      let order = groups.flatMap { group in
        (group * sharing..<(group + 1) * sharing).sorted { ranks[$0] ?? 0 < ranks[$1] ?? 0 }
      }
      // All or nothing: what is found not to fit must leave the others as they are.
      var changed = matrices
      guard changed.reorder(rowsOf: queries, columnsOf: output, order),
        changed.reorder(rowsOf: keys, columnsOf: nil, groups)
      else { return false }
      matrices = changed
      return true
    case .headValues: return false
    }
  }
}

extension FreedomMatrices {
  /// The parts of a matrix' rows by the sum of their squares, the largest first, equal ones as they
  /// are; every row is a part where there is no number of them. Nil where rows do not divide.
  fileprivate func order(of name: String, parts: Int?) -> [Int]? {
    guard let matrix = matrices[name], matrix.columns > 0 else { return nil }
    let rows = matrix.elements.count / matrix.columns
    let count = parts ?? rows
    guard count > 0, rows % count == 0 else { return nil }
    let length = rows / count * matrix.columns
    let sizes = (0..<count).map { part in
      matrix.elements[(part * length)..<((part + 1) * length)].reduce(0.0) {
        $0 + Double($1) * Double($1)
      }
    }
    return sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
  }

  /// Puts the parts of rows of some matrices, and those of columns of another, in an order. False
  /// where they do not divide.
  fileprivate mutating func reorder(
    rowsOf names: [String], columnsOf consumer: String?, _ order: [Int]
  ) -> Bool {
    for name in names {
      guard let matrix = matrices[name], matrix.elements.count % order.count == 0 else {
        return false
      }
      let length = matrix.elements.count / order.count
      matrices[name]?.elements = order.flatMap { part in
        matrix.elements[(part * length)..<((part + 1) * length)]
      }
    }
    guard let consumer else { return true }
    guard let matrix = matrices[consumer], matrix.columns > 0,
      matrix.columns % order.count == 0
    else { return false }
    let (columns, width) = (matrix.columns, matrix.columns / order.count)
    matrices[consumer]?.elements = matrix.elements.indices.map { index in
      let (row, column) = (index / columns, index % columns)
      return matrix.elements[row * columns + order[column / width] * width + column % width]
    }
    return true
  }
}

public import LanguageModels

/// Hidden units in the order of their weights' size, so that neighbours have similar scales and
/// those take fewer bits.
public struct HiddenUnitOrder: ModelTransform {
  /// The name in recipes.
  public static let id = "sort"
  /// What it does.
  public static let summary = "hidden units ordered by the size of their weights"

  /// The transform.
  public init() {}

  /// Sorts by the sum of squares of the first producer's rows, the largest first.
  public func apply(
    _ freedom: ModelFreedom, number: Int, to matrices: inout FreedomMatrices
  ) -> Bool {
    guard case .hiddenUnits(let producers, let consumer) = freedom,
      let first = producers.first.flatMap({ matrices.matrices[$0] })
    else { return false }
    let sizes = stride(from: 0, to: first.elements.count, by: max(first.columns, 1)).map { start in
      first.elements[start..<(start + first.columns)].reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    // Equal sizes keep their order.
    let order = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
    for producer in producers {
      guard let matrix = matrices.matrices[producer] else { continue }
      matrices.matrices[producer]?.elements = order.flatMap { row in
        matrix.elements[(row * matrix.columns)..<((row + 1) * matrix.columns)]
      }
    }
    guard let matrix = matrices.matrices[consumer], matrix.columns == order.count else {
      return false
    }
    matrices.matrices[consumer]?.elements = matrix.elements.indices.map { index in
      matrix.elements[index / order.count * order.count + order[index % order.count]]
    }
    return true
  }
}

public import TensorOps

/// The assignment of columns to rows, each to one, with the greatest sum.
public enum LinearAssignment {
  /// For each row of a square matrix of finite gains the column that it is given.
  ///
  /// Shortest augmenting paths with potentials (Jonker and Volgenant 1987, as in Crouse 2016):
  /// O(n³) at worst, and nearly O(n²) where most rows want columns of their own. Among columns that
  /// are equally near, the lowest is taken first, so that the same gains always have the same
  /// assignment.
  public static func best(_ gains: Matrix) -> [Int] {
    precondition(gains.rowCount == gains.columnCount, "every row gets a column")
    var paths = AugmentingPaths(count: gains.rowCount)
    gains.elements.withUnsafeBufferPointer { gains in
      for row in 0..<paths.count { paths.assign(row, gains) }
    }
    return paths.columns
  }
}

/// An assignment of the rows so far, with potentials u and v that prove it the best:
/// u(row) + v(column) ≤ −gain everywhere, with equality where they are assigned.
private struct AugmentingPaths {
  private static let none = -1

  let count: Int
  /// The column of each row.
  private(set) var columns: [Int]
  private var rows: [Int]
  private var rowPotentials: [Double]
  private var columnPotentials: [Double]
  // Of the search for one row: how far each column is, the row before it, and whether its distance
  // is final.
  private var distances: [Double]
  private var predecessors: [Int]
  private var isFinal: [Bool]

  init(count: Int) {
    self.count = count
    columns = [Int](repeating: Self.none, count: count)
    rows = columns
    predecessors = columns
    rowPotentials = [Double](repeating: 0, count: count)
    columnPotentials = rowPotentials
    distances = rowPotentials
    isFinal = [Bool](repeating: false, count: count)
  }

  /// Gives a row a column; rows that had one may get another.
  mutating func assign(_ start: Int, _ gains: UnsafeBufferPointer<Double>) {
    for column in 0..<count {
      distances[column] = .infinity
      isFinal[column] = false
    }
    var (row, distance, end) = (start, 0.0, Self.none)
    while end == Self.none {
      let nearest = relax(from: row, at: distance, gains)
      distance = distances[nearest]
      isFinal[nearest] = true
      if rows[nearest] == Self.none { end = nearest } else { row = rows[nearest] }
    }
    raise(start, by: distance)
    augment(start, to: end)
  }

  /// Makes distances shorter by ways over a row, and gives the nearest column that is not final.
  private mutating func relax(
    from row: Int, at distance: Double, _ gains: UnsafeBufferPointer<Double>
  ) -> Int {
    let line = row * count
    let base = distance - rowPotentials[row]
    var (nearest, least) = (Self.none, Double.infinity)
    for column in 0..<count where !isFinal[column] {
      let length = base - gains[line + column] - columnPotentials[column]
      if length < distances[column] {
        distances[column] = length
        predecessors[column] = row
      }
      if distances[column] < least || nearest == Self.none {
        (nearest, least) = (column, distances[column])
      }
    }
    return nearest
  }

  private mutating func raise(_ start: Int, by distance: Double) {
    rowPotentials[start] += distance
    for column in 0..<count where isFinal[column] {
      let change = distance - distances[column]
      columnPotentials[column] -= change
      if rows[column] != Self.none { rowPotentials[rows[column]] += change }
    }
  }

  private mutating func augment(_ start: Int, to end: Int) {
    var column = end
    while true {
      let row = predecessors[column]
      rows[column] = row
      swap(&columns[row], &column)
      if row == start { return }
    }
  }
}

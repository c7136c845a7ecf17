/// A matrix in double precision, row by row: what factorizations work on.
public struct Matrix: Sendable, Equatable {
  /// How many rows.
  public let rowCount: Int
  /// How many columns.
  public let columnCount: Int
  /// The elements, row by row.
  public internal(set) var elements: [Double]

  /// A matrix of these elements, row by row.
  public init(_ elements: [Double], rowCount: Int, columnCount: Int) {
    precondition(elements.count == rowCount * columnCount, "elements fill their matrix")
    self.elements = elements
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  /// A matrix of zeros.
  public init(zerosOf rowCount: Int, _ columnCount: Int) {
    self.init(
      [Double](repeating: 0, count: rowCount * columnCount), rowCount: rowCount,
      columnCount: columnCount)
  }

  /// The identity of an order.
  public static func identity(_ order: Int) -> Matrix {
    var matrix = Matrix(zerosOf: order, order)
    for index in 0..<order { matrix[index, index] = 1 }
    return matrix
  }

  /// One element.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columnCount + column] }
    set { elements[row * columnCount + column] = newValue }
  }

  /// The elements on the diagonal.
  public var diagonal: [Double] {
    (0..<min(rowCount, columnCount)).map { self[$0, $0] }
  }
}

/// The rows and columns that the symbols of a stream lie in, one row after another.
public struct StreamGeometry: Sendable, Hashable {
  /// At least 1.
  public let rows: Int
  /// The symbols of a row.
  public let columns: Int

  /// All symbols.
  public var count: Int { rows * columns }

  /// A geometry for `count` symbols: as many rows as the first of several extents says.
  public init(count: Int, extents: [Int]) {
    let rows = extents.count > 1 && count > 0 ? max(extents[0], 1) : 1
    self.rows = count % rows == 0 ? rows : 1
    columns = count / self.rows
  }

  /// So many rows, at least 1, and columns.
  init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// Symbols in one row.
  public init(count: Int) { self.init(count: count, extents: []) }
}

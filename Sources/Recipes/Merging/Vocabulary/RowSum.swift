/// The sum of the rows of a matrix, in the order in which torch adds them with its AVX2 kernels and
/// one thread: columns in blocks of four vectors in one cascade, the columns that are left in four,
/// each of every fourth row. Rows that are shorter than a vector are in blocks of four columns.
struct RowSum<Real: BinaryFloatingPoint> {
  private let width: Int
  /// The columns of whole blocks.
  private let blocked: Int
  /// The rows that the four cascades take, and the place of the next row.
  private let dealt: Int
  private var place = 0
  private var block: CascadeSum<Real>
  private var parts: [CascadeSum<Real>]

  /// A sum of so many rows, of none so far.
  init(count: Int, width: Int) {
    let vector = 32 / MemoryLayout<Real>.size
    let columns = width < vector ? 4 : 4 * vector
    self.width = width
    blocked = width / columns * columns
    dealt = count / 4 * 4
    block = CascadeSum(count: count, width: blocked)
    parts = (0..<4).map { [blocked] _ in CascadeSum(count: count / 4, width: width - blocked) }
  }

  /// Adds whole rows.
  mutating func add(_ rows: ArraySlice<Real>) {
    guard width > 0 else { return }
    for start in stride(from: rows.startIndex, to: rows.endIndex, by: width) {
      block.add(rows[start..<(start + blocked)])
      let rest = rows[(start + blocked)..<(start + width)]
      if place < dealt { parts[place % 4].add(rest) } else { parts[0].addLast(rest) }
      place += 1
    }
  }

  /// The sum of all rows.
  func total() -> [Real] {
    let sums = parts.map { $0.total() }
    let rest = sums[0].indices.map { column in
      ((sums[0][column] + sums[1][column]) + sums[2][column]) + sums[3][column]
    }
    return block.total() + rest
  }
}

/// A sum in four levels: 16 or more rows in the first, as many of its sums in the next, and so on.
private struct CascadeSum<Real: BinaryFloatingPoint> {
  private let width: Int
  private let power: Int
  private var place = 0
  private var levels: [Real]
  /// What is added behind the levels.
  private var last: [[Real]] = []

  init(count: Int, width: Int) {
    let bits = count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 0
    power = max(4, bits / 4)
    self.width = width
    levels = [Real](repeating: 0, count: 4 * width)
  }

  mutating func add(_ row: ArraySlice<Real>) {
    for (column, value) in row.enumerated() { levels[column] += value }
    place += 1
    guard place & (1 << power - 1) == 0 else { return }
    for level in 1..<4 {
      for column in 0..<width {
        levels[level * width + column] += levels[(level - 1) * width + column]
        levels[(level - 1) * width + column] = 0
      }
      if place & ((1 << power - 1) << (level * power)) != 0 { break }
    }
  }

  mutating func addLast(_ row: ArraySlice<Real>) { last.append(Array(row)) }

  func total() -> [Real] {
    (0..<width).map { column in
      var sum = levels[column]
      for level in 1..<4 { sum += levels[level * width + column] }
      for row in last { sum += row[column] }
      return sum
    }
  }
}

import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Elements that some method might stumble over.
struct OddMatrix: CustomTestStringConvertible, Sendable {
  let name: String
  let rows: Int
  let columns: Int
  let elements: [Float]

  init(_ name: String, _ rows: Int, _ columns: Int, _ element: (Int) -> Float) {
    self.name = name
    self.rows = rows
    self.columns = columns
    elements = (0..<(rows * columns)).map(element)
  }

  var testDescription: String { name }

  static let all: [OddMatrix] = [
    .init("zeros", 3, 5) { _ in 0 },
    .init("line", 1, 9) { Float($0) / 7 - 0.5 },
    .init("column", 9, 1) { Float($0) / 7 - 0.5 },
    .init("one", 1, 1) { _ in -0.3 },
    .init("one zero", 1, 1) { _ in 0 },
    .init("constant", 4, 6) { _ in 0.125 },
    .init("negative", 4, 6) { _ in -0.125 },
    .init("a row of zeros", 3, 6) { $0 / 6 == 1 ? 0 : Float($0) / 9 - 1 },
    .init("outlier", 2, 8) { $0 == 3 ? -3e38 : Float($0) / 100 },
    .init("outliers", 2, 8) { $0 % 2 == 0 ? 3e38 : -3e38 },
    .init("largest", 2, 8) {
      $0 % 2 == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
    },
    .init("subnormal", 2, 8) { Float(bitPattern: UInt32($0)) },
    .init("tiny", 2, 8) { Float($0 - 8) * 1e-12 },
    .init("no rows", 0, 4) { _ in 0 },
    .init("no columns", 4, 0) { _ in 0 },
    .init("nothing", 0, 0) { _ in 0 },
  ]

  /// The weight, with what it reads.
  func weight(_ moments: OddMoments, dtype: DType = .f32) throws -> Weight {
    try Weight(
      name: name, dtype: dtype, rows: rows, columns: columns, elements: elements,
      input: InputStatistics(secondMoment: moments.matrix(columns), rowCount: moments.rowCount))
  }
}

/// Second moments that some method might stumble over.
enum OddMoments: String, CaseIterable, CustomTestStringConvertible {
  /// Of as many directions as channels.
  case regular
  /// Of nothing that was ever read.
  case zero
  /// Every third channel is never used.
  case dead
  /// All rows were multiples of one.
  case singular
  /// As large as double precision allows.
  case huge
  /// Below what float32 has.
  case tiny

  var testDescription: String { rawValue }

  var rowCount: Int { self == .zero ? 0 : 7 }

  func matrix(_ width: Int) -> Matrix {
    var matrix = Matrix(zerosOf: width, width)
    for row in 0..<width {
      for column in 0..<width { matrix[row, column] = moment(row, column) }
    }
    return matrix
  }

  private func moment(_ row: Int, _ column: Int) -> Double {
    switch self {
    case .regular: row == column ? Double(2 + row) : 0.5
    case .zero: 0
    case .dead: row == column ? Double(row % 3) : 0
    case .singular: Double((row + 1) * (column + 1))
    case .huge: row == column ? 1e300 : 0
    case .tiny: row == column ? 1e-300 : 0
    }
  }
}

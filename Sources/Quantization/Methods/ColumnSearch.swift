internal import CKernels
internal import Glibc
internal import TensorCore

/// The trellis of one column after another, with the memory that the search works in.
struct ColumnSearch {
  /// The points that were chosen for the last column.
  private(set) var points: [Int16]
  private let trellis: Trellis
  private let rateWeight: Double
  private var numbers: [Float]
  private var workspace: [UInt8]

  /// A search down columns of so many rows.
  init(_ trellis: Trellis, rows: Int, rateWeight: Double) {
    self.trellis = trellis
    self.rateWeight = rateWeight
    points = [Int16](repeating: 0, count: rows)
    numbers = [Float](repeating: 0, count: rows)
    workspace = [UInt8](repeating: 0, count: rows * (8 + max(trellis.states / 8, 1)))
  }

  /// Replaces a column's elements by points times the scales of their rows, or a single one, and of
  /// the column; the points are kept.
  mutating func quantize(
    _ elements: UnsafeMutableBufferPointer<Double>, rowScales: [Float], columnScale: Float
  ) {
    let isSingle = rowScales.count == 1
    var largest: Float = 0
    var magnitudes = 0.0
    for row in elements.indices {
      let scale = Double(rowScales[isSingle ? 0 : row]) * Double(columnScale)
      let number = Float(elements[row] / scale)
      numbers[row] = number
      largest = max(largest, abs(number))
      magnitudes += Double(abs(number))
    }
    let reach = max(8, min(Int(largest) + 8, 32_000))
    let rates = rateTable(reach, mean: magnitudes / Double(max(elements.count, 1)))
    rates.withUnsafeBufferPointer { rates in
      var search = birdie_trellis_search(
        states: UInt32(trellis.states), code_taps: UInt32(trellis.codeTaps),
        superset_taps: UInt32(trellis.supersetTaps), least: Int32(-reach), greatest: Int32(reach),
        rate: rates.isEmpty ? nil : rates.baseAddress)
      workspace.withUnsafeMutableBytes { workspace in
        _ = birdie_kernels().pointee.trellis_search(
          &points, numbers, numbers.count, &search, workspace.baseAddress)
      }
    }
    // Rounded as decoding rounds.
    for row in elements.indices {
      elements[row] = Double(Float(points[row]) * rowScales[isSingle ? 0 : row] * columnScale)
    }
  }

  /// What each point costs besides its error, in squared units: the bits it takes under a Laplacian
  /// as wide as the column, times the error that a bit is worth at high rates, 2 ln 2 times that of
  /// points two apart. Empty where bits do not count.
  private func rateTable(_ reach: Int, mean: Double) -> [Float] {
    guard rateWeight > 0, mean > 0 else { return [] }
    let distortion = 0.26
    let perBit = rateWeight * 2 * M_LN2 * distortion
    let deviation = mean * 1.2533
    return (-reach...reach).map { point in
      let ratio = Double(point) / deviation
      return Float(perBit * M_LOG2E * ratio * ratio / 2)
    }
  }
}

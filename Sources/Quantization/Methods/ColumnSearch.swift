internal import CKernels
internal import EntropyCoding
internal import Glibc
internal import TensorCore

/// The codes of one column after another, with the memory that the search works in: along a
/// trellis, or each number by itself.
struct ColumnSearch {
  /// The points that were chosen for the last column.
  private(set) var points: [Int16]
  private let trellis: Trellis?
  private let rateWeight: Double
  private let greatestDecoded: Float
  private var numbers: [Float]
  private var workspace: [UInt8]

  /// A search down the columns of a weight; without a trellis points are all integers.
  init(_ trellis: Trellis?, _ weight: Weight, rateWeight: Double) {
    let rows = weight.rows
    greatestDecoded = Float(weight.greatestDecoded)
    self.trellis = trellis
    self.rateWeight = rateWeight
    points = [Int16](repeating: 0, count: rows)
    numbers = [Float](repeating: 0, count: rows)
    let states = trellis?.states ?? 0
    workspace = [UInt8](
      repeating: 0, count: trellis == nil ? 0 : rows * (8 + max(states / 8, 1)))
  }

  /// Replaces a column's elements by points times the scales of their rows, or a single one, and of
  /// the column; the points are kept.
  mutating func quantize(
    _ elements: UnsafeMutableBufferPointer<Double>, rowScales: [Float], columnScale: Float
  ) {
    let isSingle = rowScales.count == 1
    var (largest, largestScale): (Float, Float) = (0, 0)
    var magnitudes = 0.0
    for row in elements.indices {
      let scale = Double(rowScales[isSingle ? 0 : row]) * Double(columnScale)
      // No point lies farther out; what feedback makes of the largest floats would be infinite.
      let number = Float(max(-65_536, min(65_536, elements[row] / scale)))
      largestScale = max(largestScale, Float(scale))
      numbers[row] = number
      largest = max(largest, abs(number))
      magnitudes += Double(abs(number))
    }
    let room = largestScale > 0 ? Int(min(greatestDecoded / largestScale, 32_000)) : 32_000
    let reach = max(8, min(Int(largest) + 8, room))
    let mean = magnitudes / Double(max(elements.count, 1))
    if let trellis { search(trellis, reach, mean) } else { round(reach, mean) }
    // As decoding rounds.
    for row in elements.indices {
      elements[row] = Double(Float(points[row]) * rowScales[isSingle ? 0 : row] * columnScale)
    }
  }

  // MARK: Along a trellis

  private mutating func search(_ trellis: Trellis, _ reach: Int, _ mean: Double) {
    let rates = gaussianRates(reach, mean: mean)
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
  }

  /// What each point costs besides its error, in squared units: the bits it takes under a Gaussian
  /// as wide as the column, times the error that a bit is worth at high rates, 2 ln 2 times that of
  /// points two apart. Empty where bits do not count.
  private func gaussianRates(_ reach: Int, mean: Double) -> [Float] {
    guard rateWeight > 0, mean > 0 else { return [] }
    let distortion = 0.26
    let perBit = rateWeight * 2 * M_LN2 * distortion
    let deviation = mean * 1.2533
    return (-reach...reach).map { point in
      let ratio = Double(point) / deviation
      return Float(perBit * M_LOG2E * ratio * ratio / 2)
    }
  }

  // MARK: One by one

  /// The nearest integer, or the next one towards zero where that saves more bits than it costs.
  private mutating func round(_ reach: Int, _ mean: Double) {
    let rates = laplacianRates(reach, mean: mean)
    for row in numbers.indices {
      let number = max(-Float(reach - 1), min(Float(reach - 1), numbers[row]))
      let nearest = Int(rintf(number))
      let inner = nearest - nearest.signum()
      func cost(_ point: Int) -> Float {
        let distance = number - Float(point)
        return distance * distance + rates[abs(point)]
      }
      points[row] = Int16(cost(inner) < cost(nearest) ? inner : nearest)
    }
  }

  /// What each magnitude costs besides its error: its bits under a Laplacian of the column's mean
  /// magnitude, times the error that a bit is worth.
  private func laplacianRates(_ reach: Int, mean: Double) -> [Float] {
    guard rateWeight > 0, mean > 0 else { return [Float](repeating: 0, count: reach + 1) }
    // As much as suits the trellis suits it three times: without one there is no other way to zero.
    let perBit = min(1, rateWeight * 10 / 3) * 2 * M_LN2 / 12
    let octaves = M_LOG2E / mean
    func decay(_ times: Double) -> Double {
      OctaveFraction.power(-Int(min(times * octaves, 60) * 64), steps: 6)
    }
    let zero = -BinaryLogarithm.of(max(1 - decay(0.5), 1e-9))
    let first = 1 - BinaryLogarithm.of(max(1 - decay(1), 1e-9))
    return (0...reach).map { magnitude in
      let bits = magnitude == 0 ? zero : first + (Double(magnitude) - 0.5) * octaves
      return Float(perBit * bits)
    }
  }
}

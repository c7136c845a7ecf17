internal import CKernels
public import Diagnostics
public import TensorCore
internal import TensorOps

/// AWQ (Lin et al. 2023): before rounding, columns are scaled up by a power of the mean magnitude
/// of what they multiply, and down again after it. The power is searched for the least error of
/// the layer's output on the calibration's rows.
public struct ActivationAware: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "awq"
  /// What it does, in one line.
  public static let summary = "AWQ: rounding with columns scaled by a power of their inputs"
  /// What can be chosen.
  public static let options = [
    MethodOption("bits", "6", "of a code, 2 to 8"),
    MethodOption("powers", "20", "tried, evenly from 0 to 1"),
    MethodOption("clip", "0", "where codes end, in standard deviations of the row; 0: its maximum"),
  ]

  private let bits: Int
  private let powers: Int
  private let clip: Double

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    bits = try options.integer("bits", in: 2...8, or: 6)
    powers = try options.integer("powers", in: 1...1000, or: 20)
    clip = try options.number("clip", in: 0...1000, or: 0)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let input = try weight.requireInput()
    let logarithms = magnitudes(input).map(\.logarithm)
    let moments = (0..<weight.columns).flatMap { row in
      (0..<weight.columns).map { Float(input.secondMoment[row, $0]) }
    }
    var best: (error: Double, result: Scaled)?
    for index in 0..<powers {
      let power = Float(Double(index) / Double(powers))
      let result = rounded(weight, columnScales(logarithms, power), step)
      let error = outputError(weight, result, moments)
      if error < best?.error ?? .infinity { best = (error, result) }
    }
    let result = best?.result ?? rounded(weight, columnScales(logarithms, 0), step)
    return try weight.encoded(
      GridCodes(trellis: nil), ("codes", Tensor(result.codes, .i8, weight.shape)),
      ("row_scales", ScaleType.f16.tensor(result.rows, [weight.rows])),
      ("column_scales", ScaleType.f16.tensor(result.columns, [weight.columns])))
  }

  private struct Scaled {
    var codes: [Int8]
    var rows: [Float]
    let columns: [Float]
  }

  /// The mean of |x| of each channel, or the root of the mean of x² where that is not known.
  private func magnitudes(_ input: InputStatistics) -> [Float] {
    guard input.meanMagnitudes.isEmpty else { return input.meanMagnitudes.map { Float($0) } }
    return (0..<input.width).map {
      Float((max(input.secondMoment[$0, $0], 0) / Double(max(input.rowCount, 1))).squareRoot())
    }
  }

  /// What columns are multiplied with after rounding: |x|^−power, centred about 1, in half
  /// precision.
  private func columnScales(_ logarithms: [Float], _ power: Float) -> [Float] {
    let known = logarithms.filter(\.isFinite)
    let middle = ((known.min() ?? 0) + (known.max() ?? 0)) / 2
    // Beyond these, half precision has no room for the inverse.
    var exponents = logarithms.map {
      max(-9, min(9, -power * (($0.isFinite ? $0 : middle) - middle)))
    }
    birdie_kernels().pointee.unary_f32(BIRDIE_EXP, &exponents, exponents, 0, exponents.count)
    return exponents.map { ScaleType.f16.rounded(Double($0)) }
  }

  private func rounded(_ weight: Weight, _ columns: [Float], _ step: Double) -> Scaled {
    let most = 1 << (bits - 1) - 1
    let rounding = CodeRounding(-most, most)
    var result = Scaled(codes: [], rows: [], columns: columns)
    result.codes.reserveCapacity(weight.elements.count)
    for row in 0..<weight.rows {
      let start = row * weight.columns
      let line = columns.indices.map { weight.elements[start + $0] / columns[$0] }
      let end = line.withUnsafeBufferPointer { line in
        clip > 0
          ? min(clip * line.moments.deviation, Double(line.largestMagnitude))
          : Double(line.largestMagnitude)
      }
      let scale = ScaleType.f16.rounded(end / Double(most) * step)
      result.rows.append(scale)
      result.codes += line.map { rounding.code($0, step: scale) }
    }
    return result
  }

  /// The trace of E H Eᵀ, by the kernels, which give the same bits on every machine.
  private func outputError(_ weight: Weight, _ result: Scaled, _ moments: [Float]) -> Double {
    let (rows, columns) = (weight.rows, weight.columns)
    var errors = weight.elements
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        errors[place] -= Float(result.codes[place]) * result.rows[row] * result.columns[column]
      }
    }
    var products = [Float](repeating: 0, count: errors.count)
    var panel = [Float](repeating: 0, count: 16 * columns)
    birdie_kernels().pointee.multiply_transposed_f32(
      &products, errors, moments, &panel, rows, columns, columns)
    return zip(products, errors).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
}

extension Float {
  /// The natural logarithm, by the kernels.
  fileprivate var logarithm: Float {
    var (number, result) = (self, Float(0))
    birdie_kernels().pointee.unary_f32(BIRDIE_LOG, &result, &number, 0, 1)
    return result
  }
}

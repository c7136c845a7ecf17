public import Diagnostics
public import TensorCore

/// The integers of the challenge's records with a half-precision scale for each row, by which codes
/// are rounded after it was rounded itself (openai/parameter-golf, records of 2026-03-19 to 04-29).
/// Codes and scales are those of the records' scripts, bit for bit.
public struct RecordRows: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "record-rows"
  /// What it does, in one line.
  public static let summary = "the row quantizers of the challenge's records, int5 to int8"
  /// What can be chosen.
  public static let options = [
    MethodOption(
      "rule", "absmax", "how a scale is found: absmax, floored, search, deadzone or gate"),
    MethodOption("greatest", "31", "code, 1 to 127"),
    MethodOption("deadzone", "0", "codes of this magnitude and less become 0, under that rule"),
    MethodOption("coverage", "row", "row, or tensor for the rule of what is no matrix"),
  ]

  /// The rules, by the records that began them.
  enum Rule: String, CaseIterable {
    /// 2026-03-20_Int6, 10L_Int5: the row's maximum, and no scale below the least normal half.
    case absmax
    /// The 11L records of 2026-03-20: the row's maximum, and no scale below 1 / greatest.
    case floored
    /// 2026-03-22_GPTQ-lite: the quantile, of five, with the least error in the whole matrix.
    case search
    /// The row's maximum, and small codes become 0.
    case deadzone
    /// The attention gates of 2026-04-19: the maximum is kept from 0 before it is divided.
    case gate
  }

  private let rule: Rule
  private let greatest: Int
  private let deadzone: Double
  private let coverage: ScaledCodes.Coverage

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    rule = try options.choice("rule", or: Rule.absmax)
    greatest = try options.integer("greatest", in: 1...127, or: 31)
    deadzone = try options.number("deadzone", in: 0...127, or: 0)
    coverage = try options.choice("coverage", or: ScaledCodes.Coverage.row)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    var best = rounded(weight, by: scales(weight, 1, step))
    if rule == .search, coverage == .row {
      best = rounded(weight, by: scales(weight, Self.quantiles[0], step))
      for quantile in Self.quantiles.dropFirst() {
        let result = rounded(weight, by: scales(weight, quantile, step))
        if result.error < best.error { best = result }
      }
    }
    return try weight.encoded(
      ScaledCodes(bits: CodeWidth.bits(greatest), coverage: coverage),
      ("q", Tensor(best.codes, .i8, weight.shape)),
      ("scale", ScaleType.f16.tensor(best.scales, coverage == .row ? [weight.rows] : [])))
  }

  private static let quantiles: [Float] = [0.999, 0.9995, 0.9999, 0.99999, 1]

  private var lineCount: (Weight) -> Int { { coverage == .row ? $0.rows : 1 } }

  private func scales(_ weight: Weight, _ quantile: Float, _ step: Double) -> [Float] {
    weight.elements.withUnsafeBufferPointer { elements in
      let lines = lineCount(weight)
      let length = elements.count / max(lines, 1)
      return (0..<lines).map { line in
        let run = UnsafeBufferPointer(
          rebasing: elements[(line * length)..<((line + 1) * length)])
        let largest =
          quantile < 1 ? run.quantileOfMagnitudes(quantile) : run.largestMagnitude
        return scale(largest, step)
      }
    }
  }

  /// A scale in half precision. Each operation is rounded in single precision, as in the scripts.
  private func scale(_ largest: Float, _ step: Double) -> Float {
    let most = Float(greatest)
    let isMatrix = coverage == .row
    let single: Float
    switch rule {
    case .absmax, .deadzone: single = max(largest / most, 1e-12)
    case .floored, .search:
      single =
        isMatrix
        ? max(largest / most, Float(1 / Double(greatest))) : largest > 0 ? largest / most : 1
    case .gate: single = max(largest, 1e-10) / most
    }
    let half = ScaleType.f16.rounded(Double(single) * step)
    return rule == .absmax && isMatrix ? max(half, 0x1p-14) : half
  }

  private func rounded(
    _ weight: Weight, by scales: [Float]
  ) -> (codes: [Int8], scales: [Float], error: Double) {
    var codes = [Int8](repeating: 0, count: weight.elements.count)
    var error = 0.0
    let isSymmetric = rule == .search || rule == .gate
    let rounding = CodeRounding(isSymmetric ? -greatest : -greatest - 1, greatest)
    let length = weight.elements.count / max(scales.count, 1)
    codes.withUnsafeMutableBufferPointer { codes in
      weight.elements.withUnsafeBufferPointer { elements in
        guard let target = codes.baseAddress else { return }
        for (line, scale) in scales.enumerated() {
          let start = line * length
          let run = UnsafeBufferPointer(rebasing: elements[start..<(start + length)])
          rounding.write(run, step: scale, to: target + start)
          if rule == .search { error += rounding.squaredError(run, step: scale) }
        }
        if rule == .deadzone, deadzone > 0 {
          for index in codes.indices where Double(codes[index].magnitude) < deadzone + 0.5 {
            codes[index] = 0
          }
        }
      }
    }
    return (codes, scales, error)
  }
}

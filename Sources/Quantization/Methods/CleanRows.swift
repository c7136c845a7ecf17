public import Diagnostics
public import TensorCore

/// The quantizer of the challenge's own script and of the records that kept it
/// (openai/parameter-golf, `int8_clean_per_row_v1`): rows are clipped at a quantile, codes are
/// rounded by the scale before that is stored in half precision, and no scale of a row is below one
/// over the greatest code.
///
/// With its standard options and a step of 1, codes and scales are the script's, bit for bit; only
/// where the script's scales become infinite, they are the largest half.
public struct CleanRows: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "clean-rows"
  /// What it does, in one line.
  public static let summary = "the challenge's int8_clean_per_row_v1: rows clipped at a quantile"
  /// What can be chosen.
  public static let options = [
    MethodOption("greatest", "127", "code, 1 to 127; the least is its negative"),
    MethodOption("percentile", "99.99984", "of the elements that are not clipped, in percent"),
    MethodOption("coverage", "row", "row, or tensor for the rule of what is no matrix"),
  ]

  private let greatest: Int
  private let fraction: Float
  private let coverage: ScaledCodes.Coverage

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    greatest = try options.integer("greatest", in: 1...127, or: 127)
    fraction = Float(try options.number("percentile", in: 0...100, or: 99.99984) / 100)
    coverage = try options.choice("coverage", or: ScaledCodes.Coverage.row)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    var codes = [Int8](repeating: 0, count: weight.elements.count)
    var scales: [Float] = []
    let isRow = coverage == .row
    let length = isRow ? weight.columns : weight.elements.count
    codes.withUnsafeMutableBufferPointer { codes in
      weight.elements.withUnsafeBufferPointer { elements in
        for start in 0..<(isRow ? weight.rows : 1) {
          let run = start * length..<(start + 1) * length
          let line = UnsafeBufferPointer(rebasing: elements[run])
          let limit = line.quantileOfMagnitudes(fraction)
          scales.append(scale(limit, step))
          guard let target = codes.baseAddress else { continue }
          write(line, limit: limit, step: scales[start], to: target + run.lowerBound)
        }
      }
    }
    let type = isRow ? ScaleType.f16 : .f32
    let encoding = ScaledCodes(bits: CodeWidth.bits(greatest), coverage: coverage)
    return try weight.encoded(
      encoding, ("q", Tensor(codes, .i8, weight.shape)),
      ("scale", type.tensor(scales, isRow ? [weight.rows] : [])))
  }

  private func scale(_ limit: Float, _ step: Double) -> Float {
    let scale: Float =
      switch coverage {
      case .row: max(limit / Float(greatest), Float(1 / Double(greatest)))
      case .tensor: limit > 0 ? Float(Double(limit) / Double(greatest)) : 1
      }
    return step == 1 ? scale : Float(Double(scale) * step)
  }

  private func write(
    _ elements: UnsafeBufferPointer<Float>, limit: Float, step: Float,
    to target: UnsafeMutablePointer<Int8>
  ) {
    let rounding = CodeRounding(-greatest, greatest)
    for index in elements.indices {
      let low = elements[index] > limit ? limit : elements[index]
      target[index] = rounding.code(low < -limit ? -limit : low, step: step)
    }
  }
}

extension ScaledCodes.Coverage: CaseIterable {
  /// Rows first, which is the standard.
  public static let allCases: [ScaledCodes.Coverage] = [.row, .tensor]
}

/// The width of codes that are told by the greatest of them.
enum CodeWidth {
  /// The bits of signed codes up to `greatest`.
  static func bits(_ greatest: Int) -> Int { Int.bitWidth - greatest.leadingZeroBitCount + 1 }
}

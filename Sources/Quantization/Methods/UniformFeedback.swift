public import Diagnostics
internal import Glibc
public import TensorCore

/// GPTQ (Frantar et al. 2023) with integers and a half-precision scale per row, as the challenge's
/// records use it: by default the scale is a multiple of the row's standard deviation (SDClip).
public struct UniformFeedback: QuantizationMethod {
  /// The name in recipes.
  public static let id = "gptq"
  /// What it does.
  public static let summary = "GPTQ: error feedback with integers of one scale per row"
  /// Its options.
  public static let options = [
    MethodOption("bits", "6", "of a code, 2 to 8"),
    MethodOption("clip", "12.85", "where codes end, in standard deviations of the row"),
    MethodOption("damping", "0.01", "added to the second moments, in means of their diagonal"),
    MethodOption("activation_order", "true", "quantize the channels of the largest inputs first"),
  ]

  private let bits: Int
  private let clip: Double
  private let damping: Double
  private let byActivation: Bool

  /// Reads the options; throws Q05.
  public init(_ options: inout OptionReader) throws(Rejection) {
    bits = try options.integer("bits", in: 2...8, or: 6)
    clip = try options.number("clip", in: 0.01...1000, or: 12.85)
    damping = try options.number("damping", in: 0...10, or: 0.01)
    byActivation = try options.flag("activation_order", or: true)
  }

  /// Gives the codes; throws Q03 and Q04.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let feedback = try weight.requireInput().feedback(
      damping: damping, byActivation: byActivation)
    let most = Double(1 << (bits - 1) - 1)
    let scales = (0..<weight.rows).map { row in
      ScaleType.f16.rounded(max(clip * step * weight.rowDeviation(row) / most, 1e-10))
    }
    var codes = [Int8](repeating: 0, count: weight.rows * weight.columns)
    var loop = ColumnLoop(weight, feedback)
    loop.run { _, column, elements in
      for row in 0..<weight.rows {
        // Half precision knows no 1e-10: a row of zeros has the scale 0, and codes of 0.
        let scale = Double(scales[row])
        guard scale > 0 else {
          elements[row] = 0
          continue
        }
        let code = max(-most, min(most, rint(elements[row] / scale)))
        codes[row * weight.columns + column] = Int8(code)
        elements[row] = code * scale
      }
    }
    return try weight.encoded(
      ScaledCodes(bits: bits, coverage: .row), ("q", Tensor(codes, .i8, weight.shape)),
      ("scale", ScaleType.f16.tensor(scales, [weight.rows])))
  }
}

extension Weight {
  /// The standard deviation of a row, of n − 1 degrees of freedom.
  func rowDeviation(_ row: Int) -> Double {
    guard columns > 1 else { return 0 }
    let line = elements[(row * columns)..<((row + 1) * columns)]
    let mean = line.reduce(0.0) { $0 + Double($1) } / Double(columns)
    let squares = line.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(columns - 1)).squareRoot()
  }
}

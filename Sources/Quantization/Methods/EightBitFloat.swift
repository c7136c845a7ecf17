internal import CKernels
public import Diagnostics
public import TensorCore

/// Eight-bit floats (Micikevicius et al. 2022), as they are or with a scale per row that brings the
/// largest element to the largest number.
public struct EightBitFloat: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "fp8"
  /// What it does, in one line.
  public static let summary = "8-bit floats, E4M3 or E5M2, with a scale per row or none"
  /// What can be chosen.
  public static let options = [
    MethodOption("format", "e4m3", "of the numbers: e4m3 or e5m2"),
    MethodOption("coverage", "row", "what shares a scale: row, or none for no scale"),
  ]

  enum Format: String, CaseIterable {
    case e4m3, e5m2

    var dtype: DType { self == .e4m3 ? .f8e4m3 : .f8e5m2 }
    var greatest: Float { self == .e4m3 ? 448 : 57_344 }

    func codes(_ numbers: [Float]) -> [UInt8] {
      var codes = [UInt8](repeating: 0, count: numbers.count)
      // E5M2 has infinities, which no weight is.
      let finite = numbers.map { max(-greatest, min(greatest, $0)) }
      switch self {
      case .e4m3: birdie_f32_to_f8_e4m3fn(&codes, finite, codes.count)
      case .e5m2: birdie_f32_to_f8_e5m2(&codes, finite, codes.count)
      }
      return codes
    }

    /// The numbers of all codes, 0 in place of those that are not finite.
    var book: [Float] {
      let codes = (0...UInt8.max).map(\.self)
      var numbers = [Float](repeating: 0, count: codes.count)
      switch self {
      case .e4m3: birdie_f8_e4m3fn_to_f32(&numbers, codes, codes.count)
      case .e5m2: birdie_f8_e5m2_to_f32(&numbers, codes, codes.count)
      }
      return numbers.map { $0.isFinite ? $0 : 0 }
    }
  }

  enum Coverage: String, CaseIterable {
    case row, none
  }

  private let format: Format
  private let coverage: Coverage

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    format = try options.choice("format", or: Format.e4m3)
    coverage = try options.choice("coverage", or: Coverage.row)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    guard coverage == .row else {
      return try weight.encoded(
        CastEncoding(stored: format.dtype),
        ("stored", Tensor(format.codes(weight.elements), format.dtype, weight.shape)))
    }
    var scales: [Float] = []
    var ratios = weight.elements
    let groups = ElementGroups(weight, size: 0)
    groups.forEach(weight) { _, range, elements in
      // No number becomes infinite, whatever the step.
      let end = min(Double(elements.largestMagnitude) * step, weight.greatestDecoded)
      let scale = Float(end / Double(format.greatest))
      scales.append(scale)
      for place in range { ratios[place] = scale > 0 ? ratios[place] / scale : 0 }
    }
    return try weight.encoded(
      format.codes(ratios), format.book, groupSize: 0,
      scales: Tensor(scales, .f32, groups.dimensions))
  }
}

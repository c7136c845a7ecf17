public import Diagnostics
public import TensorCore

/// Codes −1, 0 and 1 with the mean magnitude of each group as their scale (Ma et al. 2024, BitNet
/// b1.58; openai/parameter-golf, 2026-03-24_74M_Ternary), packed five to a byte.
public struct Ternary: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "ternary"
  /// What it does, in one line.
  public static let summary = "codes -1, 0 and 1 times the mean magnitude of a group"
  /// What can be chosen.
  public static let options = [MeanMagnitudeGroups.option]

  private let groups: MeanMagnitudeGroups

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groups = try MeanMagnitudeGroups(&options)
  }

  private static let powers: [UInt8] = [1, 3, 9, 27, 81]

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let rounding = CodeRounding(-1, 1)
    let packed = groups.packed(weight, codesPerByte: 5, step: step, leastScale: 1e-8) {
      byte, place, element, scale in
      // A scale that half precision rounds to zero has only zeros to offer.
      let code = scale > 0 ? rounding.code(element, step: scale) : 0
      byte += UInt8(code + 1) * Self.powers[place]
    }
    return try weight.encoded(
      TernaryBase3(geometry: packed.geometry, correction: .none),
      ("packed", packed.codes), ("scale", packed.scales))
  }
}

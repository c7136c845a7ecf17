public import Diagnostics
public import TensorCore

/// The sign of each element times the mean magnitude of its group (Rastegari et al. 2016,
/// XNOR-Net; openai/parameter-golf, 2026-03-24_106M_Binary), a bit each. Zero counts as positive.
public struct Binary: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "binary"
  /// What it does, in one line.
  public static let summary = "signs times the mean magnitude of a group"
  /// What can be chosen.
  public static let options = [MeanMagnitudeGroups.option]

  private let groups: MeanMagnitudeGroups

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groups = try MeanMagnitudeGroups(&options)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let packed = groups.packed(weight, codesPerByte: 8, step: step) { byte, place, element, _ in
      if element >= 0 { byte |= 1 << UInt8(place) }
    }
    return try weight.encoded(
      BinarySigns(geometry: packed.geometry), ("packed", packed.codes),
      ("scale", packed.scales))
  }
}

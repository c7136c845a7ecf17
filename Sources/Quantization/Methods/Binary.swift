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
  public static let options = [
    MethodOption("group", "128", "columns that share a scale; 0: a row")
  ]

  private let groupSize: Int

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groupSize = try options.integer("group", in: 0...(1 << 20), or: 128)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let groups = PaddedGroups(weight, size: groupSize)
    var scales: [Float] = []
    var bytes = [UInt8](repeating: 0, count: (groups.codeCount + 7) / 8)
    groups.forEach(weight) { first, elements in
      scales.append(ScaleType.f16.rounded(elements.meanMagnitude(of: groups.size) * step))
      for place in 0..<groups.size where place >= elements.count || elements[place] >= 0 {
        bytes[(first + place) / 8] |= 1 << UInt8((first + place) % 8)
      }
    }
    return try weight.encoded(
      BinarySigns(geometry: groups.geometry), ("packed", Tensor(bytes, .u8, [bytes.count])),
      ("scale", ScaleType.f16.tensor(scales, [scales.count])))
  }
}

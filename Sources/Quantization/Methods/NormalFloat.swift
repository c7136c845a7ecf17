public import Diagnostics
public import TensorCore

/// NF4 (Dettmers et al. 2023, QLoRA, appendix E): sixteen numbers that are as likely as each other
/// for normal weights, zero among them, times the largest magnitude of each group.
public struct NormalFloat: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "nf4"
  /// What it does, in one line.
  public static let summary = "the 4-bit NormalFloat of QLoRA, with a scale per group"
  /// What can be chosen.
  public static let options = [
    MethodOption("group", "64", "columns that share a scale; 0: a row"),
    MethodOption("scale_type", "f16", "of the scales: f16 or f32"),
  ]

  private let groupSize: Int
  private let scaleType: ScaleType

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groupSize = try options.integer("group", in: 0...(1 << 30), or: 64)
    scaleType = try options.choice("scale_type", or: ScaleType.f16)
  }

  static let book = Codebook([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
  ])

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let result = Self.book.quantized(weight, groupSize: groupSize) {
      scaleType.rounded($0 * step)
    }
    return try weight.encoded(
      result.indices, Self.book.numbers, groupSize: groupSize,
      scales: scaleType.tensor(result.scales, result.groups.dimensions))
  }
}

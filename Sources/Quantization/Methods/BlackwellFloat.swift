internal import CKernels
public import Diagnostics
public import TensorCore

/// NVFP4 (NVIDIA 2025): E2M1 numbers, an E4M3 scale for 16 of them, and a scale for the tensor,
/// which is folded into the codebook: its two lowest bits are zero, so that products are exact.
public struct BlackwellFloat: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "nvfp4"
  /// What it does, in one line.
  public static let summary = "NVFP4: 4-bit floats with an E4M3 scale for each 16"
  /// What can be chosen.
  public static let options: [MethodOption] = []

  static let groupSize = 16
  /// The largest numbers of E4M3 and E2M1.
  private static let (greatestScale, greatestNumber): (Float, Float) = (448, 6)

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {}

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let largest = weight.elements.withUnsafeBufferPointer(\.largestMagnitude)
    // No number becomes infinite, whatever the step.
    let end = min(Double(largest) * step, weight.greatestDecoded)
    let whole = Float(end / Double(Self.greatestScale) / Double(Self.greatestNumber))
    var shared = Float(bitPattern: whole.bitPattern & ~3)
    // Below this, products with numbers and scales lose bits, or all of them.
    if shared < 0x1p-120 { shared = 0x1p-120 }
    var scales: [UInt8] = []
    let codes = FourBitFloats.codes(weight, groupSize: Self.groupSize) { largest in
      var wanted = min(
        Float(Double(largest) * step / Double(Self.greatestNumber) / Double(shared)),
        Self.greatestScale)
      var scale: UInt8 = 0
      birdie_f32_to_f8_e4m3fn(&scale, &wanted, 1)
      scales.append(scale)
      var value: Float = 0
      birdie_f8_e4m3fn_to_f32(&value, &scale, 1)
      return value * shared
    }
    let groups = ElementGroups(weight, size: Self.groupSize)
    return try weight.encoded(
      codes, FourBitFloats.numbers.map { $0 * shared }, groupSize: Self.groupSize,
      scales: Tensor(scales, .f8e4m3, groups.dimensions))
  }
}

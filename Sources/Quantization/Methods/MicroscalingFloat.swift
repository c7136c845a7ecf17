public import Diagnostics
public import TensorCore

/// MXFP4 (OCP Microscaling Formats 1.0, 2023): E2M1 numbers, and for 32 of them a power of two that
/// brings the largest into their top octave. Decoding is exact.
public struct MicroscalingFloat: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "mxfp4"
  /// What it does, in one line.
  public static let summary = "MXFP4: 4-bit floats with a power of two for each 32"
  /// What can be chosen.
  public static let options: [MethodOption] = []

  static let groupSize = 32

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {}

  /// Scales are told by the format: `step` changes nothing.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    var exponents: [UInt8] = []
    let codes = FourBitFloats.codes(weight, groupSize: Self.groupSize) { largest in
      // The largest number, 6, has the exponent 2.
      let exponent = largest > 0 ? max(-127, Int(largest.exponent) - 2) : -127
      exponents.append(UInt8(exponent + 127))
      return Float(sign: .plus, exponent: exponent, significand: 1)
    }
    let groups = ElementGroups(weight, size: Self.groupSize)
    return try weight.encoded(
      codes, FourBitFloats.numbers, groupSize: Self.groupSize,
      scales: Tensor(exponents, .f8e8m0, groups.dimensions))
  }
}

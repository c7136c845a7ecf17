internal import CKernels
internal import Diagnostics
internal import TensorCore

/// Coding 2: positive numbers that are powers of two with a fraction, such as scales that were
/// rounded to them.
enum LogarithmicCoding {
  /// What writing takes: exponents in 1/2^steps octaves.
  struct Exponents {
    let steps: Int
    let values: [Int]
  }

  static func write(_ exponents: Exponents, to encoder: inout AdaptiveEncoder) {
    let bits = [false, true].map { isDelta in
      var candidate = AdaptiveEncoder()
      write(exponents.values, isDelta: isDelta, to: &candidate)
      return candidate.bitCount
    }
    encoder.number(exponents.steps, CodedField.stepsPerOctave)
    encoder.flag(bits[1] < bits[0], CodedField.isDelta)
    write(exponents.values, isDelta: bits[1] < bits[0], to: &encoder)
  }

  private static func write(_ values: [Int], isDelta: Bool, to encoder: inout AdaptiveEncoder) {
    var last = 0
    for value in values {
      encoder.signed(isDelta ? value - last : value, CodedField.logarithm)
      last = value
    }
  }

  static func read(
    _ count: Int, _ dtype: DType, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    let steps = try decoder.number(CodedField.stepsPerOctave, limit: 6)
    let isDelta = try decoder.flag(CodedField.isDelta)
    var bytes: [UInt8] = []
    var last = 0
    for _ in 0..<count {
      let value = try decoder.signed(CodedField.logarithm, limit: 1 << 20)
      last = isDelta ? last + value : value
      try require(
        last.magnitude < 1 << 21, EntropyRules.damagedDescription, "a logarithm of \(last)")
      guard let element = element(last, steps, dtype) else {
        throw Rejection(
          EntropyRules.damagedDescription,
          "2^(\(last) / \(1 << steps)) is no positive number of \(dtype.rawValue)")
      }
      bytes += element
    }
    return bytes
  }

  /// 2^(value / 2^steps) as an element, rounded to nearest even once; nil where that is 0 or
  /// infinite, and for other types.
  static func element(_ value: Int, _ steps: Int, _ dtype: DType) -> [UInt8]? {
    let number = OctaveFraction.power(value, steps: steps)
    switch dtype {
    case .f32:
      let single = Float(number)
      return single > 0 && single.isFinite ? bytes(of: single.bitPattern) : nil
    case .f16:
      return narrowed(number, fractionBits: 10, least: -14, greatest: 15).map(bytes)
    case .bf16:
      return narrowed(number, fractionBits: 7, least: -126, greatest: 127).map(bytes)
    default: return nil
    }
  }

  /// The bits of a positive double as a float with fewer fraction bits: rounded to nearest even,
  /// with subnormals; nil where that is 0 or infinite.
  private static func narrowed(
    _ number: Double, fractionBits: Int, least: Int, greatest: Int
  ) -> UInt16? {
    let exponent = max(Int(number.exponent), least)
    // Exact: a power of two scales it.
    let units = number / OctaveFraction.power(exponent - fractionBits, steps: 0)
    let rounded = Int(units.rounded(.toNearestOrEven))
    let bits = (exponent - least) << fractionBits + rounded
    let infinity = (greatest - least + 2) << fractionBits
    return (1..<infinity).contains(bits) ? UInt16(bits) : nil
  }

  private static func bytes<Bits: FixedWidthInteger>(of bits: Bits) -> [UInt8] {
    (0..<(Bits.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> Bits($0 * 8)) }
  }
}

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
          EntropyRules.damagedDescription, "logarithmic coding of \(dtype.rawValue)")
      }
      bytes += element
    }
    return bytes
  }

  /// 2^(value / 2^steps) as an element, rounded to nearest even once; nil for other types.
  static func element(_ value: Int, _ steps: Int, _ dtype: DType) -> [UInt8]? {
    let number = OctaveFraction.power(value, steps: steps)
    switch dtype {
    case .f32: return bytes(of: Float(number).bitPattern)
    case .f16:
      return bytes(of: narrowed(number, fractionBits: 10, least: -14, greatest: 15))
    case .bf16:
      return bytes(of: narrowed(number, fractionBits: 7, least: -126, greatest: 127))
    default: return nil
    }
  }

  /// The bits of a positive double as a float with fewer fraction bits: rounded to nearest even,
  /// with subnormals, infinity where it is too large.
  private static func narrowed(
    _ number: Double, fractionBits: Int, least: Int, greatest: Int
  ) -> UInt16 {
    let exponent = max(Int(number.exponent), least)
    // Exact: a power of two scales it.
    let units = number / OctaveFraction.power(exponent - fractionBits, steps: 0)
    let rounded = Int(units.rounded(.toNearestOrEven))
    let bits = (exponent - least) << fractionBits + rounded
    let infinity = (greatest - least + 2) << fractionBits
    return UInt16(truncatingIfNeeded: min(bits, infinity))
  }

  private static func bytes<Bits: FixedWidthInteger>(of bits: Bits) -> [UInt8] {
    (0..<(Bits.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> Bits($0 * 8)) }
  }
}

internal import CKernels
public import TensorCore

/// Scales rounded to powers of two with a fraction, which take a third of the bytes of exact ones.
public enum LogarithmicScales {
  /// The steps of an octave that descriptions can tell: two to the power of at most this.
  static let mostSteps = 6

  /// Positive floats, each rounded to the nearest 2^(k / 2^steps), `steps` ≤ 6; nil where one is
  /// not positive and finite, or for other types. The error of a scale is at most 2^(−steps − 1)
  /// octaves.
  public static func rounded(_ bytes: RawSpan, _ dtype: DType, steps: Int) -> [UInt8]? {
    guard (0...mostSteps).contains(steps), let values = positiveValues(of: bytes, dtype) else {
      return nil
    }
    var rounded: [UInt8] = []
    for value in values {
      guard
        let element = LogarithmicCoding.element(exponent(of: value, steps), steps, dtype)
      else { return nil }
      rounded += element
    }
    return rounded
  }

  /// The exponents of floats that all are such powers, in as few steps as tell them.
  static func exponents(of bytes: RawSpan, _ dtype: DType) -> LogarithmicCoding.Exponents? {
    guard let values = positiveValues(of: bytes, dtype), !values.isEmpty else { return nil }
    let width = bytes.byteCount / values.count
    var steps = mostSteps
    var exponents: [Int] = []
    for (index, value) in values.enumerated() {
      let exponent = exponent(of: value, steps)
      let element = LogarithmicCoding.element(exponent, steps, dtype)
      guard element == bytes.extracting((index * width)..<((index + 1) * width)).copied() else {
        return nil
      }
      exponents.append(exponent)
    }
    while steps > 0, exponents.allSatisfy({ $0 & 1 == 0 }) {
      exponents = exponents.map { $0 >> 1 }
      steps -= 1
    }
    return LogarithmicCoding.Exponents(steps: steps, values: exponents)
  }

  private static func exponent(of value: Double, _ steps: Int) -> Int {
    Int((BinaryLogarithm.of(value) * Double(1 << steps)).rounded())
  }

  private static func positiveValues(of bytes: RawSpan, _ dtype: DType) -> [Double]? {
    let width: Int
    switch dtype {
    case .f32: width = 4
    case .f16, .bf16: width = 2
    default: return nil
    }
    let count = bytes.byteCount / width
    let values = unsafe [Float](unsafeUninitializedCapacity: count) { values, filled in
      unsafe bytes.withUnsafeBytes { raw in
        guard count > 0, let base = values.baseAddress else { return }
        switch dtype {
        case .f16: unsafe birdie_f16_to_f32(base, raw.baseAddress, count)
        case .bf16: unsafe birdie_bf16_to_f32(base, raw.baseAddress, count)
        default: unsafe UnsafeMutableRawBufferPointer(values).copyMemory(from: raw)
        }
      }
      filled = count
    }
    guard values.allSatisfy({ $0.isNormal && $0 > 0 }) else { return nil }
    return values.map(Double.init)
  }
}

internal import CKernels
public import Diagnostics

/// A change of floating-point type: widening is exact, narrowing rounds to nearest even.
///
/// Elements pass through float32, as they do in PyTorch.
public struct FloatCast: Sendable {
  private let source: DType
  private let target: DType
  private let sourceWidth: Int

  /// The cast from `source` to F32, F16 or BF16; nil where there is none.
  public init?(from source: DType, to target: DType) {
    guard source.isConvertibleFloat, let width = source.byteWidth,
      target == .f32 || target == .f16 || target == .bf16
    else { return nil }
    self.source = source
    self.target = target
    sourceWidth = width
  }

  /// Converts whole elements and hands them on, at most `EncodedTensor.blockElements` at a time.
  public func convert(
    _ chunk: RawSpan, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    var overflows = 0
    try convert(chunk, overflows: &overflows, body)
  }

  /// The same, adding to `overflows` how many finite elements became infinite.
  public func convert(
    _ chunk: RawSpan, overflows: inout Int, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let count = chunk.byteCount / sourceWidth
    let capacity = min(count, EncodedTensor.blockElements)
    var wide = [Float](repeating: 0, count: capacity)
    var narrow = [UInt16](repeating: 0, count: target == .f32 ? 0 : capacity)
    for start in stride(from: 0, to: count, by: max(capacity, 1)) {
      let block = min(capacity, count - start)
      let bytes = chunk.extracting((start * sourceWidth)..<((start + block) * sourceWidth))
      bytes.withUnsafeBytes { widen($0.baseAddress, into: &wide, block) }
      let before = infinities(bytes, wide, block)
      if target == .f32 {
        overflows += infinities(wide, block) - before
        try body(wide.span.bytes.extracting(0..<(block * 4)))
      } else {
        let kernel = target == .f16 ? birdie_f32_to_f16 : birdie_f32_to_bf16
        kernel(&narrow, wide, block)
        overflows += infinities(narrow, block) - before
        try body(narrow.span.bytes.extracting(0..<(block * 2)))
      }
    }
  }

  /// The infinities among the elements that were read.
  private func infinities(_ bytes: RawSpan, _ wide: [Float], _ count: Int) -> Int {
    guard source == .f64 else { return infinities(wide, count) }
    var (nan, infinite) = (0, 0)
    bytes.withUnsafeBytes { birdie_count_nonfinite_f64($0.baseAddress, count, &nan, &infinite) }
    return infinite
  }

  private func infinities(_ wide: [Float], _ count: Int) -> Int {
    var (nan, infinite) = (0, 0)
    birdie_count_nonfinite_f32(wide, count, &nan, &infinite)
    return infinite
  }

  private func infinities(_ narrow: [UInt16], _ count: Int) -> Int {
    var (nan, infinite) = (0, 0)
    if target == .f16 {
      birdie_count_nonfinite_f16(narrow, count, &nan, &infinite)
    } else {
      birdie_count_nonfinite_bf16(narrow, count, &nan, &infinite)
    }
    return infinite
  }

  private func widen(_ bytes: UnsafeRawPointer?, into wide: inout [Float], _ count: Int) {
    source.widen(bytes, into: &wide, count)
  }
}

extension DType {
  /// Whether the elements are real floats that `FloatCast` widens.
  public var isConvertibleFloat: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16, .f8e4m3, .f8e5m2, .f8e4m3fnuz, .f8e5m2fnuz, .f8e8m0: true
    default: false
    }
  }

  /// Turns elements of the type, which `FloatCast` has to know, into float32.
  package func widen(
    _ bytes: UnsafeRawPointer?, into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let codes = bytes?.assumingMemoryBound(to: UInt8.self)
    switch self {
    case .f64: birdie_f64_to_f32(target, bytes, count)
    case .f16: birdie_f16_to_f32(target, bytes, count)
    case .bf16: birdie_bf16_to_f32(target, bytes, count)
    case .f8e4m3: birdie_f8_e4m3fn_to_f32(target, codes, count)
    case .f8e5m2: birdie_f8_e5m2_to_f32(target, codes, count)
    case .f8e4m3fnuz: birdie_f8_e4m3fnuz_to_f32(target, codes, count)
    case .f8e5m2fnuz: birdie_f8_e5m2fnuz_to_f32(target, codes, count)
    case .f8e8m0: birdie_f8_e8m0_to_f32(target, codes, count)
    default:
      if let bytes {
        UnsafeMutableRawPointer(target).copyMemory(from: bytes, byteCount: count * 4)
      }
    }
  }
}

public import Diagnostics

/// PyTorch's quantized tensors: integers, scales and zero points, `w = (q − z) · s`.
///
/// Components: codes (I8, U8 or I32, of the tensor's shape), scales, zero points; one of each for
/// the whole tensor or for each index of an axis. The arithmetic is that of `dequantize()`:
/// - per tensor (scale F64 or F32, zero point I64): q − z in int32, rounded to float32, times the
///   scale as float32;
/// - per channel (scales F64, zero points I64): both as float32, subtracted, then times the scale
///   in float64, rounded to float32;
/// - per channel with float zero points (both F32): all in float32.
public struct AffineCodes: TensorEncoding {
  /// The type of the codes.
  public let codeType: DType
  /// The axis that scales belong to; nil for one scale.
  public let axis: Int?

  /// Codes of a type, with a scale for everything or per index of `axis`.
  public init(codeType: DType, axis: Int?) {
    self.codeType = codeType
    self.axis = axis
  }

  /// `affine_i8_tensor`, `affine_u8_channel`, …
  public var kind: String {
    "affine_" + codeType.rawValue.lowercased() + (axis == nil ? "_tensor" : "_channel")
  }
  /// The width of the codes.
  public var bits: Int? { codeType.bitWidth }
  /// `tensor` or `axis 0`, …
  public var granularity: String? { axis.map { "axis \($0)" } ?? "tensor" }

  /// Throws C09 unless codes, scales and zero points have types and counts as documented and
  /// every scale and zero point is finite.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(3)
    try require(
      codeType == .i8 || codeType == .u8 || codeType == .i32, EncodingRules.componentMismatch,
      "quantized codes are never \(codeType.rawValue)")
    try components[0].requireStored(as: codeType, "codes")
    try require(
      components[0].shape == shape, EncodingRules.componentMismatch,
      "the codes have shape \(components[0].shape), not \(shape)")
    try require(
      axis.map(shape.dimensions.indices.contains) ?? true, EncodingRules.componentMismatch,
      "there is no axis \(axis ?? 0) in \(shape)")
    _ = try channels(components, shape: shape)
  }

  /// Dequantizes run after run of elements that share a scale.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let channels = try channels(components, shape: shape)
    switch codeType {
    case .i8: try decode(Int8.self, components[0], channels, body)
    case .u8: try decode(UInt8.self, components[0], channels, body)
    default: try decode(Int32.self, components[0], channels, body)
    }
  }

  private func decode<Code: FixedWidthInteger>(
    _ type: Code.Type, _ codes: Tensor, _ channels: [Channel],
    _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let count = codes.shape.elementCount
    guard count > 0 else { return }
    let inner = axis.map { codes.shape.dimensions[($0 + 1)...].reduce(1, *) } ?? count
    var blocks = BlockBuffer(elementCount: count)
    try codes.packed().withCodes { (codes: UnsafePointer<Code>) throws(Rejection) in
      for run in 0..<(count / inner) {
        let channel = channels[run % channels.count]
        try blocks.append(inner, to: body) { target, range in
          channel.dequantize(codes + run * inner + range.lowerBound, range.count, to: target)
        }
      }
    }
    try blocks.flush(to: body)
  }

  private func channels(_ components: [Tensor], shape: Shape) throws(Rejection) -> [Channel] {
    let (scales, zeros) = (components[1], components[2])
    let count = axis.map { shape.dimensions[$0] } ?? 1
    // Checks count, storage and float32 range; the values are read again in their own type.
    _ = try scales.scales(count: count)
    try require(
      zeros.shape.elementCount == count, EncodingRules.componentMismatch,
      "there are \(zeros.shape.elementCount) zero points, the codes need \(count)")
    try zeros.requireUnrepeated("zero points")
    let (scaleBytes, zeroBytes) = (scales.packed(), zeros.packed())
    var channels: [Channel] = []
    channels.reserveCapacity(count)
    for index in 0..<count {
      channels.append(
        try channel(scales.dtype, scaleBytes.bytes, zeros.dtype, zeroBytes.bytes, at: index))
    }
    return channels
  }

  private func channel(
    _ scaleType: DType, _ scales: RawSpan, _ zeroType: DType, _ zeros: RawSpan, at index: Int
  ) throws(Rejection) -> Channel {
    // Counts and storage sizes are checked, so every index is inside.
    switch (scaleType, zeroType) {
    case (.f32, .f32) where axis != nil:
      let zero = zeros.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self)
      try require(
        zero.isFinite, EncodingRules.componentMismatch, "zero point \(index) is \(zero)")
      return .single(
        zero: zero, scale: scales.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self))
    case (.f64, .i64), (.f32, .i64):
      let stored = zeros.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: Int64.self)
      guard let zero = Int32(exactly: stored) else {
        throw Rejection(
          EncodingRules.componentMismatch, "zero point \(index), \(stored), exceeds 32 bits")
      }
      let scale =
        scaleType == .f64
        ? scales.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: Double.self)
        : Double(scales.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      return axis == nil
        ? .integer(zero: zero, scale: Float(scale)) : .double(zero: Float(zero), scale: scale)
    default:
      throw Rejection(
        EncodingRules.componentMismatch,
        "\(scaleType.rawValue) scales with \(zeroType.rawValue) zero points")
    }
  }
}

/// A scale and a zero point, and the arithmetic they ask for.
private enum Channel {
  case integer(zero: Int32, scale: Float)
  case double(zero: Float, scale: Double)
  case single(zero: Float, scale: Float)

  func dequantize<Code: FixedWidthInteger>(
    _ codes: UnsafePointer<Code>, _ count: Int, to target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .integer(let zero, let scale):
      for index in 0..<count {
        target[index] = Float(Int32(truncatingIfNeeded: codes[index]) &- zero) * scale
      }
    case .double(let zero, let scale):
      for index in 0..<count {
        let difference = Float(Int32(truncatingIfNeeded: codes[index])) - zero
        target[index] = Float(Double(difference) * scale)
      }
    case .single(let zero, let scale):
      for index in 0..<count {
        target[index] = (Float(Int32(truncatingIfNeeded: codes[index])) - zero) * scale
      }
    }
  }
}

internal import CKernels
public import Diagnostics

/// Integers of two to eight bits one behind another in a stream of bits, times a scale per row.
///
/// The least significant bit of a byte and of a code comes first, so four-bit codes lie in nibbles,
/// the low one first. Components: packed codes (U8), scales (one per index of the first axis).
/// `w = (u − zero) · s`.
public struct PackedIntegers: TensorEncoding {
  /// The bits of a code.
  public let width: Int
  /// The code that stands for zero.
  public let zero: Int

  /// Codes of `width` bits, or nil unless 2 ≤ `width` ≤ 8, `zero` is a code, and every code less
  /// `zero` fits a signed byte.
  public init?(width: Int, zero: Int) {
    guard (2...8).contains(width), zero >= 0, zero < 1 << width, (1 << width) - 1 - zero <= 127,
      zero <= 128
    else { return nil }
    self.width = width
    self.zero = zero
  }

  /// `int4_packed_row`, …
  public var kind: String { "int\(width)_packed_row" }
  /// The bits of a code.
  public var bits: Int? { width }
  /// A scale covers a row.
  public var granularity: String? { "row" }

  /// Throws C08 if the stream is too short, C09 if the scales do not fit.
  ///
  /// A longer stream passes: writers pad it to their own unit.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(2)
    try components[0].requireStored(as: .u8, "packed codes")
    let available = components[0].shape.elementCount
    let (bits, overflow) = shape.elementCount.multipliedReportingOverflow(by: width)
    try require(
      !overflow && bits / 8 + (bits % 8 == 0 ? 0 : 1) <= available, EncodingRules.invalidCodes,
      "\(available) packed bytes cannot hold \(shape.elementCount) codes of \(width) bits")
    guard let rows = shape.dimensions.first else {
      throw Rejection(EncodingRules.componentMismatch, "a scalar has no rows to scale")
    }
    _ = try components[1].scales(count: rows)
  }

  /// Unpacks and multiplies row after row.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    guard shape.elementCount > 0 else { return }
    let scales = try components[1].scales(count: shape[0])
    let rowLength = shape.elementCount / scales.count
    let stream = components[0].packed()
    let byteCount = stream.byteCount
    var blocks = BlockBuffer(elementCount: shape.elementCount)
    let codes = UnsafeMutablePointer<Int8>.allocate(
      capacity: min(rowLength, EncodedTensor.blockElements))
    defer { codes.deallocate() }
    try stream.withCodes { (bytes: UnsafePointer<UInt8>) throws(Rejection) in
      for (row, scale) in scales.enumerated() {
        try blocks.append(rowLength, to: body) { target, range in
          let first = row * rowLength + range.lowerBound
          unpack(bytes, byteCount: byteCount, first..<(first + range.count), to: codes)
          birdie_scale_i8(target, codes, scale, range.count)
        }
      }
    }
    try blocks.flush(to: body)
  }

  private func unpack(
    _ bytes: UnsafePointer<UInt8>, byteCount: Int, _ range: Range<Int>,
    to codes: UnsafeMutablePointer<Int8>
  ) {
    let mask = UInt16(truncatingIfNeeded: (1 << width) - 1)
    var position = range.lowerBound * width
    for index in 0..<range.count {
      let byte = position &>> 3
      // A code reaches into the next byte or not; the last one's next byte may not exist.
      let high = byte &+ 1 < byteCount ? UInt16(bytes[byte &+ 1]) &<< 8 : 0
      let code = (UInt16(bytes[byte]) | high) &>> UInt16(truncatingIfNeeded: position & 7) & mask
      codes[index] = Int8(truncatingIfNeeded: Int(code) &- zero)
      position &+= width
    }
  }
}

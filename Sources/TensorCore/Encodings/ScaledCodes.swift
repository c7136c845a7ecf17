internal import CKernels
public import Diagnostics

/// Signed integers in bytes, times one scale per row or for the whole tensor: `w = q · s`.
///
/// Components: codes (I8, of the tensor's shape), scales (any float; one per index of the first
/// axis, or a single one). The product is rounded once, in float32. A scale may be zero, negative
/// or subnormal. Codes of fewer bits lie in bytes too, so `bits` is what the file claims.
public struct ScaledCodes: TensorEncoding {
  /// What one scale covers.
  public enum Coverage: String, Sendable {
    /// Everything.
    case tensor
    /// One index of the first axis.
    case row
  }

  /// The bits that codes use, as the file tells; nil if it does not.
  public let bits: Int?
  /// What one scale covers.
  public let coverage: Coverage

  /// Codes of `bits` bits.
  public init(bits: Int?, coverage: Coverage) {
    self.bits = bits
    self.coverage = coverage
  }

  /// `int6_row`, `int8_tensor`, …
  public var kind: String { "int\(bits ?? 8)_\(coverage.rawValue)" }
  /// `row` or `tensor`.
  public var granularity: String? { coverage.rawValue }

  /// How many scales a tensor of this shape needs; nil for a scalar that claims rows.
  func scaleCount(_ shape: Shape) -> Int? {
    switch coverage {
    case .tensor: 1
    case .row: shape.dimensions.first
    }
  }

  /// Throws C09 unless codes are I8 of `shape` and every scale is there and finite.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(2)
    try components[0].requireStored(as: .i8, "codes")
    try require(
      components[0].shape == shape, EncodingRules.componentMismatch,
      "the codes have shape \(components[0].shape), not \(shape)")
    guard let count = scaleCount(shape) else {
      throw Rejection(EncodingRules.componentMismatch, "a scalar has no rows to scale")
    }
    _ = try components[1].scales(count: count)
  }

  /// Multiplies row after row.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let scales = try components[1].scales(count: scaleCount(shape) ?? 0)
    guard shape.elementCount > 0 else { return }
    let rowLength = shape.elementCount / scales.count
    let codes = components[0].packed()
    var blocks = BlockBuffer(elementCount: shape.elementCount)
    try codes.withCodes { (codes: UnsafePointer<Int8>) throws(Rejection) in
      for (row, scale) in scales.enumerated() {
        let start = codes + row * rowLength
        try blocks.append(rowLength, to: body) { target, range in
          birdie_scale_i8(target, start + range.lowerBound, scale, range.count)
        }
      }
    }
    try blocks.flush(to: body)
  }
}

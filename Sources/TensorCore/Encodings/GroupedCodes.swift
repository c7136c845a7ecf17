internal import CKernels
public import Diagnostics

/// Signed bytes less a zero point, times a scale, both per group of columns: `w = (q − z) · s`.
///
/// Components: codes (I8, of the tensor's shape R × C), scales (R × ⌈C / group size⌉, any float),
/// zero points (of the scales' shape: I8, U8 or any float; or an empty tensor, which stands for
/// zeros). The difference is rounded in float32, then the product.
public struct GroupedCodes: TensorEncoding {
  /// The columns that share a scale; the last group of a row has what is left.
  public let groupSize: Int
  private var hasZeroPoints = false

  /// Codes in groups, or nil for a size below 1.
  public init?(groupSize: Int) {
    guard groupSize > 0 else { return nil }
    self.groupSize = groupSize
  }

  /// `grouped_int8`, or `grouped_int8_zero_points` where components have them.
  public var kind: String { "grouped_int8" + (hasZeroPoints ? "_zero_points" : "") }
  /// A code fills a byte.
  public var bits: Int? { 8 }
  /// `group of 128`, …
  public var granularity: String? { "group of \(groupSize)" }

  /// Throws C09 unless codes are I8 of `shape`, which is a matrix, and every scale and zero point
  /// is there and finite.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(3)
    let groups = try MatrixGroups(shape, size: groupSize)
    try components[0].requireStored(as: .i8, "codes")
    try require(
      components[0].shape == shape, EncodingRules.componentMismatch,
      "the codes have shape \(components[0].shape), not \(shape)")
    _ = try groups.scales(components[1])
    _ = try groups.zeroPoints(components[2])
  }

  /// The same, and in words whether there are zero points.
  public func described(by components: [(dtype: DType, shape: Shape)]) -> GroupedCodes {
    guard components.count > 2 else { return self }
    var described = self
    described.hasZeroPoints = components[2].shape.elementCount > 0
    return described
  }

  /// Dequantizes group after group.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let groups = try MatrixGroups(shape, size: groupSize)
    let scales = try groups.scales(components[1])
    let zeros = try groups.zeroPoints(components[2])
    try components[0].packed().withCodes { (codes: UnsafePointer<Int8>) throws(Rejection) in
      try groups.decode(to: body) { target, group, range in
        let (codes, scale) = (codes + range.lowerBound, scales[group])
        guard let zero = zeros?[group] else {
          return birdie_scale_i8(target, codes, scale, range.count)
        }
        for index in 0..<range.count { target[index] = (Float(codes[index]) - zero) * scale }
      }
    }
  }
}

extension MatrixGroups {
  /// A zero point for each group, or nil for an empty component.
  fileprivate func zeroPoints(_ tensor: Tensor) throws(Rejection) -> [Float]? {
    guard tensor.shape.elementCount > 0 else { return nil }
    guard tensor.dtype == .i8 || tensor.dtype == .u8 else {
      return try scales(tensor, "zero points")
    }
    try requireOneEach(tensor, "zero points")
    try tensor.requireUnrepeated("zero points")
    return tensor.packed().bytes.withUnsafeBytes { bytes in
      bytes.map { tensor.dtype == .i8 ? Float(Int8(bitPattern: $0)) : Float($0) }
    }
  }
}

internal import CKernels
internal import Diagnostics

/// How a matrix is cut into groups that share a scale: each row is padded to whole groups.
public struct GroupGeometry: Sendable, Hashable {
  /// The matrix's rows.
  public let rows: Int
  /// The columns that count.
  public let columns: Int
  /// The columns with the padding, a multiple of `groupSize`.
  public let paddedColumns: Int
  /// The codes that share a scale.
  public let groupSize: Int

  /// The codes with the padding.
  public var codeCount: Int { rows * paddedColumns }
  /// The scales.
  public var groupCount: Int { codeCount / groupSize }

  /// Cuts a matrix, or gives nil if a number is negative, the padding cuts columns off, groups
  /// would straddle rows, or the number of codes does not fit an `Int`.
  public init?(rows: Int, columns: Int, paddedColumns: Int, groupSize: Int) {
    guard rows >= 0, columns >= 0, paddedColumns >= columns, groupSize > 0,
      paddedColumns % groupSize == 0,
      !rows.multipliedReportingOverflow(by: paddedColumns).overflow
    else { return nil }
    self.rows = rows
    self.columns = columns
    self.paddedColumns = paddedColumns
    self.groupSize = groupSize
  }
}

/// What a group's stored scale is divided by before its codes are multiplied with it.
public enum GroupCorrection: Sendable {
  /// Nothing: `w = q · s`.
  case none
  /// The mean of |q| over the group, padding included, but at least 1e-8.
  case meanMagnitude

  fileprivate func factor(_ scale: Float, _ codes: UnsafePointer<Int8>, count: Int) -> Float {
    guard self == .meanMagnitude else { return scale }
    var magnitude = 0
    for index in 0..<count { magnitude &+= Int(codes[index].magnitude) }
    return scale / max(Float(magnitude) / Float(count), 1e-8)
  }
}

extension GroupGeometry {
  /// Throws unless the packed codes are `byteCount` bytes, `scales` has a finite float per group,
  /// and `shape` has as many elements as the matrix.
  func validate(
    packed: Tensor, byteCount: Int, scales: Tensor, shape: Shape
  ) throws(Rejection) {
    try packed.requireStored(as: .u8, "packed codes")
    try require(
      packed.shape.elementCount == byteCount, EncodingRules.invalidCodes,
      "\(packed.shape.elementCount) packed bytes for \(codeCount) codes, which need \(byteCount)")
    // Neither product overflows: columns do not exceed paddedColumns.
    try require(
      rows * columns == shape.elementCount, EncodingRules.componentMismatch,
      "a \(rows) × \(columns) matrix cannot have the shape \(shape)")
    _ = try scales.scales(count: groupCount)
  }

  /// Decodes group after group. `unpack` writes the next codes, as many as it is told, to the
  /// address that it is given; eight bytes beyond the last may be overwritten.
  func decode(
    scales: Tensor, correction: GroupCorrection,
    to body: (Span<Float>) throws(Rejection) -> Void,
    unpack: (UnsafeMutablePointer<Int8>, Int) -> Void
  ) throws(Rejection) {
    // Without codes, nothing bounds the group size.
    guard groupCount > 0 else { return }
    let scales = try scales.scales(count: groupCount)
    let codes = UnsafeMutablePointer<Int8>.allocate(capacity: groupSize + 8)
    defer { codes.deallocate() }
    var blocks = BlockBuffer(elementCount: rows * columns)
    for (group, scale) in scales.enumerated() {
      unpack(codes, groupSize)
      let factor = correction.factor(scale, codes, count: groupSize)
      let firstColumn = group * groupSize % paddedColumns
      try blocks.append(min(max(columns - firstColumn, 0), groupSize), to: body) { target, range in
        birdie_scale_i8(target, codes + range.lowerBound, factor, range.count)
      }
    }
    try blocks.flush(to: body)
  }
}

internal import CKernels
public import Diagnostics

/// Scaled codes plus the product of two small matrices that repairs their largest errors.
///
/// `w = q · s + A B` (LQER, Zhang et al. 2024). Components: codes, scales, A's codes (rows × r),
/// A's scales, B's codes (r × columns), B's scales. Each element of A B is accumulated in float32
/// with fused multiply-adds over k = 0 … r − 1 from zero, then added to q · s: that order gives the
/// bits that the matrix product of the training scripts gives.
public struct LowRankResidual: TensorEncoding {
  /// How the factors' codes are scaled.
  public enum Scaling: String, Sendable {
    /// One scale per row of A and per row of B: `lqer`.
    case rows = "lqer"
    /// One scale for A, one per run of consecutive elements of B: `lqer_asym`.
    case groups = "lqer_asym"
  }

  /// How the main codes are scaled.
  public let base: ScaledCodes
  /// How the factors' codes are scaled.
  public let scaling: Scaling

  /// A residual on top of `base`.
  public init(base: ScaledCodes, scaling: Scaling) {
    self.base = base
    self.scaling = scaling
  }

  /// `int6_row_lqer_asym`, …
  public var kind: String { base.kind + "_" + scaling.rawValue }
  /// The bits of the main codes.
  public var bits: Int? { base.bits }
  /// What one of the main scales covers.
  public var granularity: String? { base.granularity }

  /// Throws C09 unless A has the tensor's rows, B its columns, both the same small rank, and every
  /// scale is there and finite.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(6)
    try base.validate(Array(components[..<2]), shape: shape)
    try require(
      shape.rank == 2, EncodingRules.componentMismatch,
      "a low-rank residual needs a matrix, the shape is \(shape)")
    let (left, right) = (components[2], components[4])
    try left.requireStored(as: .i8, "codes of A")
    try right.requireStored(as: .i8, "codes of B")
    try require(
      left.shape.rank == 2 && right.shape.rank == 2 && left.shape[0] == shape[0]
        && right.shape[1] == shape[1] && left.shape[1] == right.shape[0],
      EncodingRules.componentMismatch,
      "\(left.shape) times \(right.shape) does not give \(shape)")
    try require(
      left.shape[1] <= min(shape[0], shape[1]), EncodingRules.componentMismatch,
      "a residual of rank \(left.shape[1]) is larger than the matrix \(shape)")
    _ = try factors(components)
  }

  /// Row after row: the codes, then the residual's row from its factors.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    guard shape.elementCount > 0 else { return }
    let (rows, columns) = (shape[0], shape[1])
    var scales = try components[1].scales(count: base.scaleCount(shape) ?? 0)
    if base.coverage == .tensor { scales = [Float](repeating: scales[0], count: rows) }
    let residual = ResidualRows(try factors(components), columns: columns)
    var blocks = BlockBuffer(elementCount: shape.elementCount)
    let codes = components[0].packed()
    try codes.withCodes { (codes: UnsafePointer<Int8>) throws(Rejection) in
      for row in 0..<rows {
        try blocks.append(columns, to: body) { target, range in
          let start = codes + row * columns + range.lowerBound
          birdie_scale_i8(target, start, scales[row], range.count)
          residual.add(row: row, range, to: target)
        }
      }
    }
    try blocks.flush(to: body)
  }

  /// A and B as numbers, row-major.
  private func factors(
    _ components: [Tensor]
  ) throws(Rejection) -> (left: [Float], right: [Float], rank: Int) {
    let (left, right) = (components[2], components[4])
    switch scaling {
    case .rows:
      return (
        try left.scaledRuns(by: components[3], count: left.shape[0], "scales of A"),
        try right.scaledRuns(by: components[5], count: right.shape[0], "scales of B"),
        left.shape[1]
      )
    case .groups:
      return (
        try left.scaledRuns(by: components[3], count: 1, "scales of A"),
        try right.scaledRuns(
          by: components[5], count: components[5].shape.elementCount, "scales of B"),
        left.shape[1]
      )
    }
  }
}

extension Tensor {
  /// These codes in `count` equal runs, each times its scale; throws C09 if they do not divide.
  fileprivate func scaledRuns(
    by scales: Tensor, count: Int, _ part: String
  ) throws(Rejection) -> [Float] {
    let scales = try scales.scales(count: count, part)
    let elements = shape.elementCount
    guard elements > 0 else { return [] }
    try require(
      count > 0 && elements % max(count, 1) == 0, EncodingRules.componentMismatch,
      "\(elements) codes do not divide among \(count) \(part)")
    let runLength = elements / count
    var values = [Float](repeating: 0, count: elements)
    try packed().withCodes { (codes: UnsafePointer<Int8>) throws(Rejection) in
      values.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return }
        for (run, scale) in scales.enumerated() {
          birdie_scale_i8(base + run * runLength, codes + run * runLength, scale, runLength)
        }
      }
    }
    return values
  }
}

/// The rows of A B, computed when they are needed.
private struct ResidualRows: ~Copyable {
  private let left: [Float]
  private let right: [Float]
  private let rank: Int
  private let columns: Int
  private let sums: UnsafeMutablePointer<Float>

  init(_ factors: (left: [Float], right: [Float], rank: Int), columns: Int) {
    (left, right, rank) = factors
    self.columns = columns
    sums = .allocate(capacity: min(columns, EncodedTensor.blockElements))
  }

  deinit { sums.deallocate() }

  /// Adds the elements of one row whose columns lie in `range`.
  func add(row: Int, _ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    sums.update(repeating: 0, count: range.count)
    right.withUnsafeBufferPointer { right in
      guard let base = right.baseAddress else { return }
      for k in 0..<rank {
        birdie_fma_row(
          sums, left[row * rank + k], base + k * columns + range.lowerBound, range.count)
      }
    }
    birdie_add_f32(target, target, sums, range.count)
  }
}

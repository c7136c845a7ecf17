internal import CKernels
public import Diagnostics

/// The codes of a matrix times a scale per row, times a scale per column: `w = (q · s_r) · s_c`.
///
/// Components: codes (I8 or I16, of the tensor's shape), row scales, column scales (any float; one
/// for each row or column, or a single one). Each product is rounded in float32. With a trellis,
/// each column has a state that runs down its rows, and code q stands for 2q + z, z the superset of
/// the state; decoding then needs a byte for each column.
public struct GridCodes: TensorEncoding {
  /// What decides between the two points of a code; nil where codes are the points.
  public let trellis: Trellis?
  private var codeType: DType?
  private var scaledAxes: [String] = []

  /// Codes that are the points, or that go through a trellis.
  public init(trellis: Trellis?) { self.trellis = trellis }

  /// Codes with a trellis of that many states, without one for 0; nil where there is no such
  /// trellis.
  public init?(states: Int) {
    self.init(trellis: Trellis(states: states))
    guard states == 0 || trellis != nil else { return nil }
  }

  /// `grid_int8_row_column`, `grid_int16_trellis8_row`, …; `grid` before the components are known.
  public var kind: String {
    let axes = scaledAxes.isEmpty ? ["tensor"] : scaledAxes
    return
      (["grid"] + (bits.map { ["int\($0)"] } ?? [])
      + (trellis.map { ["trellis\($0.states)"] } ?? []) + (codeType == nil ? [] : axes))
      .joined(separator: "_")
  }
  /// The width of the codes; nil before they are known.
  public var bits: Int? { codeType?.bitWidth }
  /// `row and column`, `row`, `column` or `tensor`; nil before the scales are known.
  public var granularity: String? {
    guard codeType != nil else { return nil }
    return scaledAxes.isEmpty ? "tensor" : scaledAxes.joined(separator: " and ")
  }

  /// Throws C09 unless codes are I8 or I16 of `shape`, which is a matrix, and every scale is there
  /// and finite.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(3)
    try require(
      shape.rank == 2, EncodingRules.componentMismatch,
      "row and column scales need a matrix, the shape is \(shape)")
    let codes = components[0]
    try require(
      codes.dtype == .i8 || codes.dtype == .i16, EncodingRules.componentMismatch,
      "the codes are \(codes.dtype.rawValue), neither I8 nor I16")
    try codes.requireUnrepeated("codes")
    try require(
      codes.shape == shape, EncodingRules.componentMismatch,
      "the codes have shape \(codes.shape), not \(shape)")
    _ = try GridScales(components, shape)
  }

  /// The same, and in words the type of the codes and the axes that have scales.
  public func described(by components: [(dtype: DType, shape: Shape)]) -> GridCodes {
    guard !components.isEmpty else { return self }
    var described = GridCodes(trellis: trellis)
    described.codeType = components[0].dtype
    described.scaledAxes = zip(["row", "column"], components[1...])
      .filter { $1.shape.elementCount != 1 }.map(\.0)
    return described
  }

  /// Multiplies row after row.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let scales = try GridScales(components, shape)
    guard shape.elementCount > 0 else { return }
    switch components[0].dtype {
    case .i8:
      try decode(components[0], scales, body) { birdie_scale_i8($0, $1, $2, $3) }
    default:
      try decode(components[0], scales, body) { target, codes, scale, count in
        let codes: UnsafePointer<Int16> = codes
        for index in 0..<count { target[index] = Float(codes[index]) * scale }
      }
    }
  }

  /// `scalePlain` writes codes times a scale where there is no trellis.
  private func decode<Code: FixedWidthInteger>(
    _ codes: Tensor, _ scales: GridScales, _ body: (Span<Float>) throws(Rejection) -> Void,
    scalePlain: (UnsafeMutablePointer<Float>, UnsafePointer<Code>, Float, Int) -> Void
  ) throws(Rejection) {
    let (rows, columns) = (codes.shape[0], codes.shape[1])
    let states = UnsafeMutablePointer<UInt8>.allocate(capacity: trellis == nil ? 0 : columns)
    states.initialize(repeating: 0, count: trellis == nil ? 0 : columns)
    defer { states.deallocate() }
    var blocks = BlockBuffer(elementCount: codes.shape.elementCount)
    try codes.packed().withCodes { (codes: UnsafePointer<Code>) throws(Rejection) in
      for row in 0..<rows {
        let scale = scales.row(row)
        try blocks.append(columns, to: body) { target, range in
          let codes = codes + row * columns + range.lowerBound
          if let trellis {
            let states = states + range.lowerBound
            trellis.scalePoints(of: codes, in: states, by: scale, count: range.count, to: target)
            trellis.advance(states, by: codes, count: range.count)
          } else {
            scalePlain(target, codes, scale, range.count)
          }
          scales.scaleColumns(range, of: target)
        }
      }
    }
    try blocks.flush(to: body)
  }
}

extension Trellis {
  /// Writes the points of one row's codes times a scale.
  fileprivate func scalePoints<Code: FixedWidthInteger>(
    of codes: UnsafePointer<Code>, in states: UnsafePointer<UInt8>, by scale: Float, count: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<count {
      // Codes have 16 bits at most, so points fit 32 bits, and float32 without rounding.
      let point =
        2 &* Int32(truncatingIfNeeded: codes[column])
        &+ Int32(Self.superset(of: states[column]))
      target[column] = Float(point) * scale
    }
  }
}

/// A scale for each row and column, or one for all of them.
private struct GridScales {
  private let rows: [Float]
  private let columns: [Float]

  /// The scales of components that have a grid's codes before them.
  init(_ components: [Tensor], _ shape: Shape) throws(Rejection) {
    rows = try Self.scales(components[1], extent: shape[0], "row scales")
    columns = try Self.scales(components[2], extent: shape[1], "column scales")
  }

  private static func scales(
    _ tensor: Tensor, extent: Int, _ part: String
  ) throws(Rejection) -> [Float] {
    try tensor.scales(count: tensor.shape.elementCount == 1 ? 1 : extent, part)
  }

  func row(_ index: Int) -> Float { rows.count == 1 ? rows[0] : rows[index] }

  /// Multiplies the elements of one row whose columns are `range`.
  func scaleColumns(_ range: Range<Int>, of target: UnsafeMutablePointer<Float>) {
    let kernels = birdie_kernels().pointee
    columns.withUnsafeBufferPointer { scales in
      guard let first = scales.baseAddress else { return }
      if scales.count == 1 {
        kernels.unary_f32(BIRDIE_SCALE, target, target, first[0], range.count)
      } else {
        kernels.binary_f32(BIRDIE_MULTIPLY, target, target, first + range.lowerBound, range.count)
      }
    }
  }
}

public import Diagnostics
public import TensorCore

/// Each element to the nearest code of an even grid, without regard to its neighbours: what Jacob
/// et al. 2018 call affine quantization. Only where the grid ends has to be chosen: at the largest
/// element, at a percentile, at a multiple of the standard deviation, or where the mean square
/// error is least.
public struct RoundToNearest: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "rtn"
  /// What it does, in one line.
  public static let summary =
    "each element to the nearest code, with a scale per tensor, row or group"
  /// What can be chosen.
  public static let options = [
    MethodOption("bits", "8", "of a code, 1 to 8"),
    MethodOption("coverage", "row", "what shares a scale: tensor, row or group"),
    MethodOption("group", "128", "columns of a group"),
    MethodOption("zero_points", "false", "whether the grid's zero is chosen too"),
    MethodOption("range", "absmax", "where the grid ends: absmax, percentile, mse or sdclip"),
    MethodOption("percentile", "99.99984", "of the elements that the grid reaches, in percent"),
    MethodOption("clip", "12.85", "where sdclip ends the grid, in standard deviations"),
    MethodOption("candidates", "40", "how finely mse divides the way from 0 to the largest"),
    MethodOption("scale_type", "f16", "of the scales: f16 or f32"),
  ]

  enum Coverage: String, CaseIterable {
    case tensor, row, group
  }

  private let coverage: Coverage
  private let groupSize: Int
  private let grid: EvenGrid

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    coverage = try options.choice("coverage", or: Coverage.row)
    groupSize = try options.integer("group", in: 1...(1 << 30), or: 128)
    grid = EvenGrid(
      bits: try options.integer("bits", in: 1...8, or: 8),
      hasZeroPoints: try options.flag("zero_points", or: false),
      end: try options.choice("range", or: EvenGrid.End.absmax),
      percentile: try options.number("percentile", in: 0...100, or: 99.99984),
      clip: try options.number("clip", in: 0.01...1000, or: 12.85),
      candidates: try options.integer("candidates", in: 1...1000, or: 40),
      scaleType: try options.choice("scale_type", or: ScaleType.f16))
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    var codes = [Int8](repeating: 0, count: weight.elements.count)
    var scales: [Float] = []
    var zeros: [Int8] = []
    // A zero point for each row makes a group of it.
    let rowSize = grid.hasZeroPoints ? max(weight.columns, 1) : 0
    let groups = ElementGroups(weight, size: coverage == .group ? groupSize : rowSize)
    func add(_ elements: UnsafeBufferPointer<Float>, at start: Int) {
      let choice = grid.choice(for: elements, step: step)
      codes.withUnsafeMutableBufferPointer { codes in
        if let base = codes.baseAddress { grid.write(elements, choice, to: base + start) }
      }
      scales.append(choice.scale)
      zeros.append(choice.zero)
    }
    if coverage == .tensor {
      weight.elements.withUnsafeBufferPointer { add($0, at: 0) }
    } else {
      groups.forEach(weight) { _, range, elements in add(elements, at: range.lowerBound) }
    }
    return try encoded(weight, codes, scales, zeros, groups)
  }

  private func encoded(
    _ weight: Weight, _ codes: [Int8], _ scales: [Float], _ zeros: [Int8], _ groups: ElementGroups
  ) throws(Rejection) -> EncodedTensor {
    let type = grid.scaleType
    let stored = Tensor(codes, .i8, weight.shape)
    switch (coverage, grid.hasZeroPoints) {
    case (.tensor, false), (.row, false):
      let isRow = coverage == .row
      return try weight.encoded(
        ScaledCodes(bits: grid.bits, coverage: isRow ? .row : .tensor),
        ("q", stored), ("scale", type.tensor(scales, isRow ? [weight.rows] : [])))
    case (.tensor, true):
      return try weight.encoded(
        AffineCodes(codeType: .i8, axis: nil), ("q", stored), ("scale", Tensor(scales, .f32, [])),
        ("zero_point", Tensor(zeros.map(Int64.init), .i64, [])))
    default:
      return try weight.encoded(
        codes, scales: scales, zeros: grid.hasZeroPoints ? zeros : nil, type, groups)
    }
  }
}

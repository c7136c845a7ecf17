public import Diagnostics
public import TensorCore
internal import TensorOps

/// AutoRound's SignRound (Cheng et al. 2023, "Optimize Weight Rounding via Signed Gradient Descent
/// for the Quantization of LLMs"): whether a weight is rounded up or down, and where each group's
/// grid ends, is learned by signed gradient descent, for the least error of the layer's output on
/// the calibration's rows.
///
/// The paper descends on the output of a block of the model; here it is the layer's, whose error
/// tr((Q − W) H (Q − W)ᵀ), H = Σ xᵀx, and gradient 2 (Q − W) H are known in closed form. Errors of
/// rows add up, so each row keeps its best iterate; none is worse than rounding to nearest. Takes
/// 2 · rows · columns² operations an iteration.
public struct LearnedRounding: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "autoround"
  /// What it does, in one line.
  public static let summary =
    "AutoRound: rounding and clipping learned by signed gradient descent on the layer's output"
  /// What can be chosen.
  public static let options = [
    MethodOption("bits", "4", "of a code, 1 to 8"),
    MethodOption("group", "128", "columns that share a scale; 0: a row"),
    MethodOption("zero_points", "false", "whether the grid's zero is chosen too"),
    MethodOption("iterations", "200", "of the descent; 0: rounding to nearest"),
    MethodOption(
      "learning_rate", "0",
      "of the first iteration, in distances between codes; falls linearly to 0; 0: one over the "
        + "iterations"),
    MethodOption("clipping", "true", "whether the ends of the grids are learned too"),
    MethodOption("scale_type", "f16", "of the scales: f16 or f32"),
  ]

  private let groupSize: Int
  private let grid: EvenGrid
  private let schedule: RoundingDescent.Schedule

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groupSize = try options.integer("group", in: 0...(1 << 30), or: 128)
    grid = EvenGrid(
      bits: try options.integer("bits", in: 1...8, or: 4),
      hasZeroPoints: try options.flag("zero_points", or: false), end: .absmax, percentile: 100,
      clip: 1, candidates: 1, scaleType: try options.choice("scale_type", or: ScaleType.f16))
    let iterations = try options.integer("iterations", in: 0...100_000, or: 200)
    let rate = try options.number("learning_rate", in: 0...1, or: 0)
    schedule = RoundingDescent.Schedule(
      iterations: iterations, learningRate: rate > 0 ? rate : 1 / Double(max(iterations, 1)),
      learnsClipping: try options.flag("clipping", or: true))
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales. Throws
  /// Q03 without statistics of the input.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let moments = try weight.requireInput().scaledMoments
    let chunks = (weight.rows + Self.chunkRows - 1) / Self.chunkRows
    let parts = ParallelFor.map(chunks) { [self] chunk in
      let first = chunk * Self.chunkRows
      let rows = min(Self.chunkRows, weight.rows - first)
      let elements = Array(
        weight.elements[(first * weight.columns)..<((first + rows) * weight.columns)])
      var descent = RoundingDescent(
        elements, rows: rows,
        groups: ElementGroups(rows: rows, columns: weight.columns, size: groupSize), grid: grid,
        step: step)
      descent.run(
        schedule,
        LayerOutputError(elements: elements, moments: moments, columns: weight.columns))
      return descent.best
    }
    let choices = parts.flatMap(\.choices)
    return try weight.encoded(
      parts.flatMap(\.codes), scales: choices.map(\.scale),
      zeros: grid.hasZeroPoints ? choices.map(\.zero) : nil, grid.scaleType,
      ElementGroups(weight, size: groupSize))
  }

  /// Rows do not depend on each other: so many descend together, on a thread. Constant, so that
  /// products round alike for any number of threads.
  private static let chunkRows = 64
}

extension InputStatistics {
  /// The second moments over the largest of their diagonal, which changes no minimum and keeps
  /// float32 from overflowing; zeros where nothing was read.
  fileprivate var scaledMoments: [Float] {
    let largest = secondMoment.diagonal.max() ?? 0
    guard largest > 0 else { return [Float](repeating: 0, count: width * width) }
    return secondMoment.elements.map { Float($0 / largest) }
  }
}

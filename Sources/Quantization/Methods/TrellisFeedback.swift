internal import CKernels
public import Diagnostics
public import TensorCore
internal import TensorOps

/// GPTQ's error feedback (Frantar et al. 2023) from column to column, and along each column a
/// trellis (Marcellin and Fischer 1990) that chooses among twice as many points as codes tell.
/// Steps of columns are inversely proportional to the diagonal of the Cholesky factor, so that each
/// column adds the same error (waterfilling).
public struct TrellisFeedback: QuantizationMethod {
  /// The name in recipes.
  public static let id = "trellis"
  /// What it does.
  public static let summary =
    "GPTQ with entropy-coded trellis quantization down each column and waterfilled column steps"
  /// Its options.
  public static let options = [
    MethodOption("states", "256", "of the trellis: 4, 8, 16, 32, 64, 128 or 256"),
    MethodOption(
      "step", "0.4145",
      "between codes: in standard deviations of the matrix; with Fisher information in 1/2048 of "
        + "the change that alters the prediction by a standard deviation"),
    MethodOption("columns", "waterfilled", "steps of columns: waterfilled or constant"),
    MethodOption("rate_weight", "0.3", "how much bits count against error; 0: not at all"),
    MethodOption("rescale", "false", "fit a factor for each row to the codes by least squares"),
    MethodOption("damping", "0.01", "added to the second moments, in means of their diagonal"),
    MethodOption(
      "output_damping", "1", "added to what rows matter, in means over the matrix' rows"),
    MethodOption("activation_order", "true", "quantize the channels of the largest inputs first"),
  ]

  enum ColumnSteps: String, CaseIterable {
    case waterfilled, constant
  }

  private let trellis: Trellis
  private let step: Double
  private let columnSteps: ColumnSteps
  private let rateWeight: Double
  private let rescales: Bool
  private let damping: Double
  private let outputDamping: Double
  private let byActivation: Bool

  /// Reads the options; throws Q05.
  public init(_ options: inout OptionReader) throws(Rejection) {
    let states = try options.integer("states", in: 4...256, or: 256)
    guard let trellis = Trellis(states: states) else {
      throw Rejection(QuantizationRules.option, "trellis: there is none of \(states) states")
    }
    self.trellis = trellis
    step = try options.number("step", in: 1e-4...100, or: 0.4145)
    columnSteps = try options.choice("columns", or: .waterfilled)
    rateWeight = try options.number("rate_weight", in: 0...100, or: 0.3)
    rescales = try options.flag("rescale", or: false)
    damping = try options.number("damping", in: 0...10, or: 0.01)
    outputDamping = try options.number("output_damping", in: 0...1e9, or: 1)
    byActivation = try options.flag("activation_order", or: true)
  }

  /// Gives the codes; throws Q03 and Q04.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let plan = try plan(weight, step)
    return try quantize(weight, plan.feedback, plan.steps, plan.trellis)
  }

  /// Half the logarithm of the arithmetic over the geometric mean of what the columns' errors
  /// weigh; nil where columns have one step. Throws Q03 and Q04.
  public func predictedGain(_ weight: Weight) throws(Rejection) -> Double? {
    guard columnSteps == .waterfilled else { return nil }
    return try feedback(weight).waterfillingGain
  }

  /// Whether integers take the trellis' place and whether steps are not those that were asked for;
  /// throws Q03 and Q04.
  public func notes(_ weight: Weight, step: Double) throws(Rejection) -> [MethodNote] {
    try plan(weight, step).notes
  }

  /// How a weight is quantized.
  private struct Plan {
    let feedback: ErrorFeedback
    let steps: GridSteps
    /// Nil for integers.
    let trellis: Trellis?
    let notes: [MethodNote]
  }

  private func feedback(_ weight: Weight) throws(Rejection) -> ErrorFeedback {
    try weight.requireInput().feedback(damping: damping, byActivation: byActivation)
  }

  private func plan(_ weight: Weight, _ multiple: Double) throws(Rejection) -> Plan {
    let feedback = try feedback(weight)
    let output = weight.output?.damped(by: outputDamping)
    let unit =
      output.flatMap { weight.fisherStep(feedback, $0) }.map { $0 / 2048 }
      ?? weight.standardDeviation
    let spacing = unit > 0 ? step * multiple * unit / 2 : 1
    func steps(_ spacing: Double) -> GridSteps {
      GridSteps(
        weight, feedback, spacing: spacing, waterfilled: columnSteps == .waterfilled,
        output: output)
    }
    var fine = steps(spacing)
    // Finer steps than these would leave codes no room, and error feedback would go astray.
    let largest = fine.largest(of: weight)
    if largest > Self.mostPoints { fine = steps(spacing * largest / Self.mostPoints) }
    let notes: [MethodNote] =
      (largest > Self.mostPoints ? [.finestSteps] : []) + (fine.isLimited ? [.limitedSteps] : [])
    if fine.deviation(of: weight) > Self.leastDeviation {
      return Plan(feedback: feedback, steps: fine, trellis: trellis, notes: notes)
    }
    return Plan(
      feedback: feedback, steps: steps(spacing * Self.integerSpacing), trellis: nil,
      notes: notes + [.integers])
  }

  /// The largest weight is at most so many points away from zero, of 32,000 that codes may have.
  private static let mostPoints = 8192.0
  /// Points must lie closer than this to the weights' deviation for a trellis to pay: below about a
  /// bit, its states forbid the zero too often.
  private static let leastDeviation = 0.9
  /// The distance of integers that have the error of points a trellis chooses from at high rates,
  /// in distances of those: 2 · √(12 · 0.26 / 4).
  private static let integerSpacing = 1.77

  private func quantize(
    _ weight: Weight, _ feedback: ErrorFeedback, _ steps: GridSteps, _ trellis: Trellis?
  ) throws(Rejection) -> EncodedTensor {
    var codes = [Int16](repeating: 0, count: weight.rows * weight.columns)
    var values = [Double](repeating: 0, count: codes.count)
    var search = ColumnSearch(trellis, weight, rateWeight: rateWeight)
    var loop = ColumnLoop(weight, feedback)
    let shift: Int16 = trellis == nil ? 0 : 1
    loop.run { _, column, elements in
      search.quantize(elements, rowScales: steps.rows, columnScale: steps.columns[column])
      for row in 0..<weight.rows {
        codes[row * weight.columns + column] = search.points[row] >> shift
        values[row * weight.columns + column] = elements[row]
      }
    }
    var rowScales = steps.rows
    if rescales {
      let factors = Rescaling(weight, values, try weight.requireInput().secondMoment).roundedRows
      rowScales = factors.enumerated().map { row, factor in
        factor * (steps.rows.count == 1 ? steps.rows[0] : steps.rows[row])
      }
    }
    return try Self.encoded(weight, codes, rowScales, steps.columns, trellis)
  }
}

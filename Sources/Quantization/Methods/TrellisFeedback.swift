internal import CKernels
public import Diagnostics
internal import EntropyCoding
public import TensorCore
internal import TensorOps

/// GPTQ's error feedback (Frantar et al. 2023) from column to column, and along each column a
/// trellis (Marcellin and Fischer 1990) that chooses among twice as many points as codes tell:
/// 0.17 bit less for the same error. Steps of columns are inversely proportional to the diagonal of
/// the Cholesky factor, so that every column adds the same error (waterfilling).
public struct TrellisFeedback: QuantizationMethod {
  public static let id = "trellis"
  public static let summary =
    "GPTQ with entropy-coded trellis quantization down each column and waterfilled column steps"
  public static let options = [
    MethodOption("states", "8", "of the trellis: 4, 8, 16, 32, 64, 128 or 256"),
    MethodOption("step", "0.4145", "between codes, in standard deviations of the matrix"),
    MethodOption("columns", "waterfilled", "steps of columns: waterfilled or constant"),
    MethodOption("rate_weight", "1", "how much bits count against error; 0: not at all"),
    MethodOption("damping", "0.01", "added to the second moments, in means of their diagonal"),
    MethodOption("activation_order", "true", "quantize the channels of the largest inputs first"),
  ]

  enum ColumnSteps: String, CaseIterable {
    case waterfilled, constant
  }

  private let trellis: Trellis
  private let step: Double
  private let columnSteps: ColumnSteps
  private let rateWeight: Double
  private let damping: Double
  private let byActivation: Bool

  public init(_ options: inout OptionReader) throws(Rejection) {
    let states = try options.integer("states", in: 4...256, or: 8)
    guard let trellis = Trellis(states: states) else {
      throw Rejection(QuantizationRules.option, "trellis: there is none of \(states) states")
    }
    self.trellis = trellis
    step = try options.number("step", in: 1e-4...100, or: 0.4145)
    columnSteps = try options.choice("columns", or: .waterfilled)
    rateWeight = try options.number("rate_weight", in: 0...100, or: 1)
    damping = try options.number("damping", in: 0...10, or: 0.01)
    byActivation = try options.flag("activation_order", or: true)
  }

  public func quantize(_ weight: Weight, step multiple: Double) throws(Rejection) -> EncodedTensor {
    let feedback = try weight.requireInput().feedback(
      damping: damping, byActivation: byActivation)
    let deviation = weight.standardDeviation
    let spacing = deviation > 0 ? step * multiple * deviation / 2 : 1
    let scales = columnScales(spacing, feedback)
    var codes = [Int16](repeating: 0, count: weight.rows * weight.columns)
    var search = ColumnSearch(trellis, rows: weight.rows, rateWeight: rateWeight)
    var loop = ColumnLoop(weight, feedback)
    loop.run { _, column, elements in
      search.quantize(elements, scale: scales[column])
      for row in 0..<weight.rows { codes[row * weight.columns + column] = search.points[row] >> 1 }
    }
    return try Self.encoded(weight, codes, scales, trellis)
  }

  /// The distance between points in each column: powers of two with eighths, which take few bits.
  private func columnScales(_ spacing: Double, _ feedback: ErrorFeedback) -> [Float] {
    let width = feedback.order.count
    var exponents = [Double](repeating: BinaryLogarithm.of(spacing), count: width)
    if columnSteps == .waterfilled {
      let logarithms = feedback.factor.diagonal.map { BinaryLogarithm.of($0) }
      let live = feedback.order.indices.filter {
        !feedback.deadColumns.contains(feedback.order[$0])
      }
      let mean = live.reduce(0) { $0 + logarithms[$1] } / Double(max(live.count, 1))
      for place in live {
        let octaves = max(-4, min(4, logarithms[place] - mean))
        exponents[feedback.order[place]] += octaves
      }
    }
    return exponents.map { Float(OctaveFraction.power(Int(($0 * 8).rounded()), steps: 3)) }
  }
}

public import Checkpoints
public import Diagnostics
internal import TensorCore

/// How a tensor's weights are spread, and the points that its codes can stand for.
public struct WeightHistogram: Sendable {
  /// What the weights are counted in.
  public enum Unit: Sendable {
    /// The step of each weight's own row and column: the points are the whole numbers.
    case steps
    /// The weights themselves.
    case values
  }

  /// The tensor's name.
  public let tensor: String
  /// What the weights are counted in.
  public let unit: Unit
  /// How many weights were looked at: the first ones of large tensors.
  public let sampleCount: Int
  /// The weights from the first bin's start to the last one's end.
  public let range: ClosedRange<Double>
  /// How many weights lie in each of equal bins.
  public let counts: [Int]
  /// The points and how many weights went to each, in order; empty where there are too many.
  public let points: [(position: Double, count: Int)]

  /// More than this would not change the picture, and huge tensors would not fit into memory.
  private static let mostWeights = 1 << 22
  private static let mostBins = 256
  /// More points than this are not points to look at.
  private static let mostPoints = 1024

  /// Looks at a tensor of both sides; nil where it is not quantized, or holds nothing.
  public init?(of tensor: NamedTensor, reference: NamedTensor) throws(Rejection) {
    guard case .encoded(let encoded) = try tensor.content.resolved(),
      reference.dtype.isConvertibleFloat, tensor.shape == reference.shape
    else { return nil }
    let limit = Self.mostWeights
    func floats(_ tensor: EncodedTensor) throws(Rejection) -> [Float] {
      try NamedTensor(name: reference.name, content: .encoded(tensor)).floats(limit: limit)
    }
    var weights = try reference.floats(limit: limit)
    var decoded = try floats(encoded)
    let steps = try encoded.steps()
    if let steps {
      let units = try floats(steps)
      weights = Self.ratios(weights, units)
      decoded = Self.ratios(decoded, units).map { $0.rounded() }
    }
    guard let largest = weights.lazy.filter(\.isFinite).map(\.magnitude).max(), largest > 0 else {
      return nil
    }
    self.tensor = tensor.name
    unit = steps == nil ? .values : .steps
    sampleCount = weights.count
    let width = Self.binWidth(Double(largest), unit)
    let half = Int((Double(largest) / width).rounded(.down)) + 1
    range = -(Double(half) * width)...(Double(half) * width)
    counts = Self.counts(of: weights, half: half, width: width)
    points = Self.points(of: decoded)
  }

  private static func ratios(_ weights: [Float], _ steps: [Float]) -> [Float] {
    zip(weights, steps).map { $1 == 0 ? 0 : $0 / $1 }
  }

  /// A power of two of a step, so that points lie on edges of bins, or a share of the range: some
  /// dozens of bins, at most `mostBins`.
  private static func binWidth(_ largest: Double, _ unit: Unit) -> Double {
    guard unit == .steps else { return largest / Double(mostBins / 4) }
    var width = 1.0
    while largest / width > Double(mostBins / 2 - 1) { width *= 2 }
    while largest / width < Double(mostBins / 8), width > 1.0 / 64 { width /= 2 }
    return width
  }

  private static func counts(of weights: [Float], half: Int, width: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: 2 * half)
    for weight in weights where weight.isFinite {
      let place = Int((Double(weight) / width).rounded(.down)) + half
      counts[min(max(place, 0), counts.count - 1)] += 1
    }
    return counts
  }

  private static func points(of decoded: [Float]) -> [(position: Double, count: Int)] {
    var counts: [Float: Int] = [:]
    for value in decoded {
      counts[value, default: 0] += 1
      if counts.count > mostPoints { return [] }
    }
    return counts.map { (Double($0.key), $0.value) }.sorted { $0.position < $1.position }
  }
}

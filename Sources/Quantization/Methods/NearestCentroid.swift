public import Diagnostics
public import TensorCore
internal import TensorOps

/// A codebook fitted to the weight: k-means in one dimension (Lloyd 1982), with each element's
/// error weighed by how much its input channel carries (Kim et al. 2023, SqueezeLLM). Elements are
/// divided by the root mean square of their group first, and one codebook serves the whole matrix.
public struct NearestCentroid: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "kmeans"
  /// What it does, in one line.
  public static let summary = "a codebook fitted by k-means, with a scale per row or group"
  /// What can be chosen.
  public static let options = [
    MethodOption("bits", "4", "of an index, 1 to 8"),
    MethodOption("group", "0", "columns that share a scale; 0: a row"),
    MethodOption("iterations", "40", "of Lloyd's algorithm at most"),
    MethodOption("weighting", "inputs", "of errors: inputs, where they were measured, or none"),
    MethodOption("scale_type", "f16", "of the scales: f16 or f32"),
  ]

  enum Weighting: String, CaseIterable {
    case inputs, none
  }

  private let bits: Int
  private let groupSize: Int
  private let iterations: Int
  private let weighting: Weighting
  private let scaleType: ScaleType

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    bits = try options.integer("bits", in: 1...8, or: 4)
    groupSize = try options.integer("group", in: 0...(1 << 30), or: 0)
    iterations = try options.integer("iterations", in: 0...10_000, or: 40)
    weighting = try options.choice("weighting", or: Weighting.inputs)
    scaleType = try options.choice("scale_type", or: ScaleType.f16)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let groups = ElementGroups(weight, size: groupSize)
    var scales: [Float] = []
    var ratios = [Float](repeating: 0, count: weight.elements.count)
    groups.forEach(weight) { _, range, elements in
      let squares = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
      let scale = scaleType.rounded((squares / Double(max(elements.count, 1))).squareRoot())
      scales.append(scale)
      guard scale > 0 else { return }
      for place in range { ratios[place] = weight.elements[place] / scale }
    }
    var line = WeighedLine(ratios, importance: importance(weight))
    // Beyond it, numbers times scales would be infinite.
    let bound = (weight.greatestDecoded / Double(max(scales.max() ?? 0, 0x1p-24))).nextDown
    let centroids = line.centroids(1 << bits, iterations: iterations)
    let book = Codebook(centroids.map { Self.cut($0 * step, to: bound) })
    return try weight.encoded(
      ratios.map(book.index(of:)), book.numbers, groupSize: groupSize,
      scales: scaleType.tensor(scales, groups.dimensions))
  }

  /// The nearest float whose magnitude is at most `bound`.
  private static func cut(_ number: Double, to bound: Double) -> Float {
    let limit = Float(min(bound, Double(Float.greatestFiniteMagnitude)))
    let end = Double(limit) > bound ? limit.nextDown : limit
    return max(-end, min(end, Float(number)))
  }

  /// How much an error in each column counts; the same for all where nothing is known.
  private func importance(_ weight: Weight) -> [Double] {
    guard weighting == .inputs, let input = weight.input else {
      return [Double](repeating: 1, count: max(weight.columns, 1))
    }
    let diagonal = (0..<weight.columns).map { max(input.secondMoment[$0, $0], 0) }
    let largest = diagonal.max() ?? 0
    guard largest > 0 else { return [Double](repeating: 1, count: max(weight.columns, 1)) }
    // Channels that were never used keep a say, so that every element has a centroid near it.
    return diagonal.map { max($0 / largest, 1e-6) }
  }
}

/// Numbers on a line, in ascending order, with sums up to each of them.
struct WeighedLine {
  private let numbers: [Float]
  private var weights: [Double]
  private var moments: [Double]

  /// Numbers row by row; `importance` weighs the columns.
  init(_ elements: [Float], importance: [Double]) {
    let order = elements.indices.sorted { (elements[$0], $0) < (elements[$1], $1) }
    numbers = order.map { elements[$0] }
    weights = [0]
    moments = [0]
    weights.reserveCapacity(order.count + 1)
    moments.reserveCapacity(order.count + 1)
    for index in order {
      let weight = importance[index % importance.count]
      weights.append(weights[weights.count - 1] + weight)
      moments.append(moments[moments.count - 1] + weight * Double(elements[index]))
    }
  }

  /// The means of `count` stretches of the line, each of what lies nearest to it.
  mutating func centroids(_ count: Int, iterations: Int) -> [Double] {
    guard !numbers.isEmpty else { return [0] }
    // To begin with, stretches of as many numbers each.
    var cuts = (0...count).map { numbers.count * $0 / count }
    var means = (0..<count).map { part in
      mean(cuts[part], cuts[part + 1]) ?? Double(numbers[min(cuts[part], numbers.count - 1)])
    }
    for _ in 0..<iterations {
      for part in 1..<count { cuts[part] = place(of: (means[part - 1] + means[part]) / 2) }
      let next = (0..<count).map { mean(cuts[$0], cuts[$0 + 1]) ?? means[$0] }
      guard next != means else { break }
      means = next
    }
    return means.sorted()
  }

  private func mean(_ first: Int, _ end: Int) -> Double? {
    guard end > first else { return nil }
    return (moments[end] - moments[first]) / (weights[end] - weights[first])
  }

  /// How many numbers are at most `bound`.
  private func place(of bound: Double) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if Double(numbers[middle]) <= bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

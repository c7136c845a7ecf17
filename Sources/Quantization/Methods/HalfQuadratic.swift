internal import CKernels
public import Diagnostics
public import TensorCore

/// HQQ (Badri and Shaji 2023): integers per group whose zero point is found without data, by half-
/// quadratic splitting of a norm below 1, which outliers weigh little in. Scales stay those of the
/// group's range.
public struct HalfQuadratic: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "hqq"
  /// What it does, in one line.
  public static let summary =
    "HQQ: groups of integers with zero points found by half-quadratic steps"
  /// What can be chosen.
  public static let options = [
    MethodOption("bits", "4", "of a code, 1 to 8"),
    MethodOption("group", "64", "columns that share a scale and a zero point"),
    MethodOption("norm", "0.7", "the power of errors that is minimized"),
    MethodOption("penalty", "10", "of the splitting, to begin with"),
    MethodOption("growth", "1.01", "of the penalty, each iteration"),
    MethodOption("iterations", "20", "at most"),
    MethodOption("scale_type", "f16", "of scales and zero points: f16 or f32"),
  ]

  private let bits: Int
  private let groupSize: Int
  private let norm: Double
  private let penalty: Double
  private let growth: Double
  private let iterations: Int
  private let scaleType: ScaleType

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    bits = try options.integer("bits", in: 1...8, or: 4)
    groupSize = try options.integer("group", in: 1...(1 << 30), or: 64)
    norm = try options.number("norm", in: 0.1...1, or: 0.7)
    penalty = try options.number("penalty", in: 1e-6...1e9, or: 10)
    growth = try options.number("growth", in: 1...10, or: 1.01)
    iterations = try options.integer("iterations", in: 0...1000, or: 20)
    scaleType = try options.choice("scale_type", or: ScaleType.f16)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let groups = ElementGroups(weight, size: groupSize)
    var codes = [Int8](repeating: 0, count: weight.elements.count)
    var (scales, zeros): ([Float], [Float]) = ([], [])
    groups.forEach(weight) { _, range, elements in
      var group = SplitGroup(elements, bits: bits, scaleType: scaleType, step: step)
      group.improve(norm: norm, penalty: penalty, growth: growth, iterations: iterations)
      scales.append(group.scale)
      zeros.append(group.zero)
      for (place, code) in zip(range, group.codes()) { codes[place] = code }
    }
    guard let encoding = GroupedCodes(groupSize: groupSize) else {
      preconditionFailure("groups have a size")
    }
    return try weight.encoded(
      encoding, ("q", Tensor(codes, .i8, weight.shape)),
      ("scale", scaleType.tensor(scales, groups.dimensions)),
      ("zero_point", scaleType.tensor(zeros, groups.dimensions)))
  }
}

/// A group of elements, its scale and the zero point that is sought: `w = (q − zero) · scale`.
private struct SplitGroup {
  let scale: Float
  private(set) var zero: Float
  private let elements: [Float]
  private let scaleType: ScaleType
  private let least: Float
  private let greatest: Float

  init(_ elements: UnsafeBufferPointer<Float>, bits: Int, scaleType: ScaleType, step: Double) {
    self.elements = Array(elements)
    self.scaleType = scaleType
    (least, greatest) = (-Float(1 << (bits - 1)), Float(1 << (bits - 1) - 1))
    let (low, high) = (Double(elements.min() ?? 0), Double(elements.max() ?? 0))
    let range = scaleType.rounded((high - low) / Double(greatest - least) * step)
    // Elements that are all alike, or nearly, need a scale that gives them back.
    scale = range > 0 ? range : max(scaleType.rounded(max(high, -low)), 0x1p-24)
    zero = scaleType.bounded(Double(least) - low / Double(scale))
  }

  /// The nearest code of each element.
  func codes() -> [Int8] { levels(zero).map { Int8($0) } }

  private func levels(_ zero: Float) -> [Float] {
    elements.map { element in
      let place = (element / scale + zero).rounded(.toNearestOrEven)
      return max(least, min(greatest, place))
    }
  }

  /// Moves the zero point as long as the mean magnitude of the errors falls.
  mutating func improve(norm: Double, penalty: Double, growth: Double, iterations: Int) {
    var penalty = penalty
    var best = (zero: zero, error: Double.infinity)
    var current = zero
    for _ in 0...iterations {
      let levels = levels(current)
      let errors = zip(elements, levels).map { $0 - ($1 - current) * scale }
      let error = errors.reduce(0.0) { $0 + Double($1.magnitude) }
      guard error < best.error else { break }
      best = (current, error)
      let kept = shrunk(errors, norm: norm, penalty: penalty)
      var sum = 0.0
      for index in elements.indices {
        sum += Double(levels[index]) - (Double(elements[index]) - kept[index]) / Double(scale)
      }
      current = scaleType.bounded(sum / Double(max(elements.count, 1)))
      penalty *= growth
    }
    zero = best.zero
  }

  /// What of each error the norm's proximal step keeps: |x| − |x|^(norm − 1) / penalty, at least 0.
  private func shrunk(_ errors: [Float], norm: Double, penalty: Double) -> [Double] {
    var powers = errors.map(\.magnitude)
    // Kernels, for they give the same bits on every machine.
    let kernels = birdie_kernels().pointee
    kernels.unary_f32(BIRDIE_LOG, &powers, powers, 0, powers.count)
    kernels.unary_f32(BIRDIE_SCALE, &powers, powers, Float(norm - 1), powers.count)
    kernels.unary_f32(BIRDIE_EXP, &powers, powers, 0, powers.count)
    return zip(errors, powers).map { error, power in
      let magnitude = max(Double(error.magnitude) - Double(power) / penalty, 0)
      return error < 0 ? -magnitude : magnitude
    }
  }
}

extension ScaleType {
  /// The nearest number that is stored, of either sign.
  fileprivate func bounded(_ number: Double) -> Float {
    number < 0 ? -rounded(-number) : rounded(number)
  }
}

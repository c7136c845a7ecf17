/// Codes at even distances, and the rules by which a grid of them is laid over some elements.
struct EvenGrid {
  /// Where the grid ends.
  enum End: String, CaseIterable {
    /// At the largest element.
    case absmax
    /// At a percentile of the elements.
    case percentile
    /// Where the mean square error is least.
    case mse
    /// At a multiple of the standard deviation.
    case sdclip
  }

  /// The grid for some elements: `w = (q − zero) · scale`.
  struct Choice {
    let scale: Float
    let zero: Int8
  }

  let bits: Int
  let hasZeroPoints: Bool
  let end: End
  let percentile: Double
  let clip: Double
  let candidates: Int
  let scaleType: ScaleType

  /// The codes without a zero point are symmetric, so that the least has a counterpart; of one bit,
  /// −1 and 1.
  var codes: (least: Int, greatest: Int) {
    let half = 1 << (bits - 1)
    return hasZeroPoints ? (-half, half - 1) : (-max(half - 1, 1), max(half - 1, 1))
  }

  /// The grid for a group of elements; `step` multiplies its scale.
  func choice(for elements: UnsafeBufferPointer<Float>, step: Double) -> Choice {
    let range = range(of: elements)
    var best = choice(from: range.low, to: range.high, step: step)
    guard end == .mse else { return best }
    var least = squaredError(elements, best)
    for part in stride(from: candidates - 1, to: candidates / 5, by: -1) {
      let shrunk = Double(part) / Double(candidates)
      let choice = choice(from: range.low * shrunk, to: range.high * shrunk, step: step)
      let error = squaredError(elements, choice)
      if error < least { (best, least) = (choice, error) }
    }
    return best
  }

  /// Writes the codes of a group.
  func write(
    _ elements: UnsafeBufferPointer<Float>, _ choice: Choice, to target: UnsafeMutablePointer<Int8>
  ) {
    guard bits > 1 || hasZeroPoints else {
      for index in elements.indices { target[index] = elements[index] < 0 ? -1 : 1 }
      return
    }
    rounding(choice).write(elements, step: choice.scale, to: target)
  }

  private func rounding(_ choice: Choice) -> CodeRounding {
    CodeRounding(codes.least, codes.greatest, zero: Float(choice.zero))
  }

  private func squaredError(
    _ elements: UnsafeBufferPointer<Float>, _ choice: Choice
  ) -> Double {
    guard bits > 1 || hasZeroPoints else {
      return elements.reduce(0.0) {
        let error = Double($1.magnitude) - Double(choice.scale)
        return $0 + error * error
      }
    }
    return rounding(choice).squaredError(elements, step: choice.scale)
  }

  /// The grid that reaches from `low` to `high`, and to zero; `step` multiplies its scale.
  func choice(from low: Double, to high: Double, step: Double) -> Choice {
    guard hasZeroPoints else {
      let scale = max(high.magnitude, low.magnitude) / Double(codes.greatest)
      return Choice(scale: scaleType.rounded(scale * step), zero: 0)
    }
    let (low, high) = (min(low, 0), max(high, 0))
    let scale = scaleType.rounded((high - low) / Double(codes.greatest - codes.least) * step)
    guard scale > 0 else { return Choice(scale: 0, zero: 0) }
    let zero = (Double(codes.least) - low / Double(scale)).rounded(.toNearestOrEven)
    return Choice(
      scale: scale,
      zero: Int8(max(Double(codes.least), min(Double(codes.greatest), zero))))
  }

  /// Where the elements end, before any search.
  private func range(of elements: UnsafeBufferPointer<Float>) -> (low: Double, high: Double) {
    switch end {
    case .absmax, .mse: return (Double(elements.min() ?? 0), Double(elements.max() ?? 0))
    case .percentile:
      let fraction = Float(percentile / 100)
      guard hasZeroPoints else {
        let most = Double(elements.quantileOfMagnitudes(fraction))
        return (-most, most)
      }
      let low = UnsafeBufferPointer.quantile(elements.map(-), fraction)
      return (-Double(low), Double(UnsafeBufferPointer.quantile(Array(elements), fraction)))
    case .sdclip:
      let (mean, deviation) = elements.moments
      guard hasZeroPoints else { return (-clip * deviation, clip * deviation) }
      return (
        max(Double(elements.min() ?? 0), mean - clip * deviation),
        min(Double(elements.max() ?? 0), mean + clip * deviation)
      )
    }
  }
}

extension UnsafeBufferPointer<Float> {
  /// The mean and the standard deviation of n − 1 degrees of freedom, in double precision.
  var moments: (mean: Double, deviation: Double) {
    guard count > 1 else { return (Double(first ?? 0), 0) }
    let mean = reduce(0.0) { $0 + Double($1) } / Double(count)
    let squares = reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(count - 1)).squareRoot())
  }
}

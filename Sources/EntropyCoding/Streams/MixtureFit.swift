/// Finds the shapes under which counted symbols cost least: steps along one parameter at a time,
/// smaller and smaller, from a Gaussian.
struct MixtureFit {
  private let counts: [UInt32]
  private let alphabet: Alphabet
  private let widthCount: Int
  /// Of each width class, the distance from 0 of its farthest symbol; nil where it has none.
  private let reaches: [Double?]
  private(set) var best: ShapeMixture
  private(set) var bits: Double

  /// A first fit of the width alone: `variance` is that of class 0. Nil where no Gaussian works.
  init?(
    counts: [UInt32], _ alphabet: Alphabet, widthCount: Int, variance: Double, location: Int
  ) {
    self.counts = counts
    self.alphabet = alphabet
    self.widthCount = widthCount
    reaches = (0..<widthCount).map { Self.reach(of: $0, counts, alphabet) }
    let width = Int((32 * BinaryLogarithm.of(2 * max(variance, 0.02))).rounded())
    best = ShapeMixture(support: 0, location: location, shapes: [.init(width: width)])
    bits = .infinity
    take(best)
    guard bits.isFinite else { return nil }
    descend(\.shapes[0].width, by: [16, 4, 1])
  }

  private static func reach(
    of width: Int, _ counts: [UInt32], _ alphabet: Alphabet
  ) -> Double? {
    var reach: Double?
    for superset in 0..<alphabet.supersetCount {
      let start = (width * alphabet.supersetCount + superset) * alphabet.symbolCount
      for index in 0..<alphabet.symbolCount where counts[start + index] > 0 {
        let point = alphabet.supersetCount * (alphabet.leastSymbol + index) + superset
        reach = max(reach ?? 0, Double(point.magnitude))
      }
    }
    return reach
  }

  /// Tries other exponents and tails, then a second shape.
  mutating func refine() {
    for _ in 0..<2 {
      let before = bits
      descend(\.shapes[0].exponent, by: [4, 2, 1], adjustingWidth: true)
      tryTails()
      if before - bits < 8 { break }
    }
    addShape()
  }

  private mutating func tryTails() {
    for tail in [8, 6, 5, 4, 3, 2] {
      var candidate = self
      var shapes = best
      guard shapes.shapes[0].tail != tail else { continue }
      shapes.shapes[0].tail = tail
      candidate.bits = .infinity
      candidate.take(shapes)
      guard candidate.bits.isFinite else { continue }
      candidate.descend(\.shapes[0].width, by: [16, 4])
      if candidate.bits < bits { self = candidate } else { break }
    }
    descend(\.shapes[0].width, by: [2, 1])
  }

  private mutating func addShape() {
    var candidate = self
    var shapes = best
    shapes.shapes.append(.init(width: shapes.shapes[0].width + 64, amplitude: 4))
    candidate.bits = .infinity
    candidate.take(shapes)
    guard candidate.bits.isFinite else { return }
    for step in [16, 4] {
      candidate.descend(\.shapes[1].width, by: [step])
      candidate.descend(\.shapes[1].amplitude, by: [max(step / 4, 1)])
      candidate.descend(\.shapes[0].width, by: [step / 4])
    }
    // What a second shape says about itself takes some forty bits.
    if candidate.bits < bits - 40 { self = candidate }
  }

  /// Goes along one parameter as long as that pays.
  private mutating func descend(
    _ parameter: WritableKeyPath<ShapeMixture, Int>, by steps: [Int], adjustingWidth: Bool = false
  ) {
    for step in steps {
      for direction in [step, -step] {
        while advance(parameter, by: direction, adjustingWidth: adjustingWidth) { continue }
      }
    }
  }

  private mutating func advance(
    _ parameter: WritableKeyPath<ShapeMixture, Int>, by step: Int, adjustingWidth: Bool
  ) -> Bool {
    var candidate = self
    var shapes = best
    shapes[keyPath: parameter] += step
    candidate.take(shapes)
    if adjustingWidth {
      candidate.best = shapes
      candidate.bits = .infinity
      candidate.take(shapes)
      guard candidate.bits.isFinite else { return false }
      candidate.descend(\.shapes[0].width, by: [8, 2])
    }
    guard candidate.bits < bits else { return false }
    self = candidate
    return true
  }

  /// Keeps shapes if they cost less than those before.
  private mutating func take(_ shapes: ShapeMixture) {
    guard
      shapes.shapes.allSatisfy({
        (1...64).contains($0.exponent) && $0.width.magnitude <= 4096 && $0.amplitude >= 0
      })
    else { return }
    var shapes = shapes
    shapes.support = support(for: shapes.shapes[0].width)
    guard let cost = cost(of: shapes), cost < bits else { return }
    best = shapes
    bits = cost
  }

  /// The least support that reaches every symbol that occurs.
  private func support(for width: Int) -> Int {
    var support = 1
    for (index, reach) in reaches.enumerated() {
      guard let reach else { continue }
      let width = OctaveFraction.power(width + ShapeMixture.classStep * index, steps: 6)
      support = max(support, Int((4 * reach / width).rounded(.up)))
    }
    return min(support, 1 << 20)
  }

  private func cost(of shapes: ShapeMixture) -> Double? {
    guard
      let tables = shapes.tables(alphabet, widthCount: widthCount),
      let tables = try? FrequencyTables(
        precision: alphabet.precision, symbolCount: alphabet.symbolCount, frequencies: tables)
    else { return nil }
    return tables.bitCount(of: counts)
  }
}

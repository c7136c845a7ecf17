/// Probabilities from a formula: a few symmetrical shapes, as wide as the class says.
///
/// D(t) = (1 + (|t| / w)^(b/8) / 2^j)^(−2^j), which is a Gaussian for b = 16 and a Laplacian for
/// b = 8 with j = 12, a generalized Gaussian for other b, and has Student's tails for small j.
/// Additions, multiplications, divisions and square roots alone, so that every implementation has
/// the same frequencies.
struct ShapeMixture: Sendable, Hashable {
  /// One shape.
  struct Shape: Sendable, Hashable {
    /// b: eight times the exponent of the distance.
    var exponent = 16
    /// j: how far the tails are from exponential ones.
    var tail = 12
    /// The width of class 0, in 1/64 octaves.
    var width = 0
    /// The height in the middle, in 1/64 of the first shape's.
    var amplitude = 64
  }

  /// Symbols farther than κ/4 widths away have no probability.
  var support: Int
  /// Where the middle is, in 1/16 symbols.
  var location = 0
  /// One to four.
  var shapes: [Shape]

  static let maximumShapes = 4
  /// What a class is wider than the one before, in 1/64 octaves.
  static let classStep = 8

  /// The tables for width classes below `widthCount`, twice as many under a trellis: nil where they
  /// cannot be formed.
  func tables(_ alphabet: Alphabet, widthCount: Int) -> [UInt32]? {
    var frequencies: [UInt32] = []
    frequencies.reserveCapacity(widthCount * alphabet.supersetCount * alphabet.symbolCount)
    for width in 0..<widthCount {
      for superset in 0..<alphabet.supersetCount {
        let weights = weights(alphabet, width, superset)
        guard
          let table = FrequencyTables.normalized(weights[...], precision: alphabet.precision)
        else { return nil }
        frequencies += table
      }
    }
    return frequencies
  }

  private func weights(_ alphabet: Alphabet, _ width: Int, _ superset: Int) -> [Double] {
    let spacing = Double(alphabet.supersetCount)
    let widths = shapes.map { OctaveFraction.power($0.width + Self.classStep * width, steps: 6) }
    let reach = Double(support) * widths[0] / 4
    var weights = [Double](repeating: 0, count: alphabet.symbolCount)
    for (shape, width) in zip(shapes, widths) {
      // The end of one symbol's interval is the beginning of the next one's; both are exact.
      var after: Double?
      for index in 0..<alphabet.symbolCount {
        let point = spacing * Double(alphabet.leastSymbol + index) + Double(superset)
        guard point.magnitude <= reach else { continue }
        let distance = point - Double(location) / 16
        let before = after ?? shape.density(distance - spacing / 2, width)
        let end = shape.density(distance + spacing / 2, width)
        let middle = 4 * shape.density(distance, width)
        weights[index] += Double(shape.amplitude) * ((before + middle) + end)
        after = end
      }
    }
    return weights
  }
}

extension ShapeMixture.Shape {
  fileprivate func density(_ t: Double, _ width: Double) -> Double {
    let root = (t.magnitude / width).squareRoot().squareRoot().squareRoot()
    var power = root
    for _ in 1..<exponent { power *= root }
    var density = 1 / (1 + power / Double(1 << tail))
    for _ in 0..<tail { density *= density }
    return density
  }
}

/// What symbols there are and how finely their frequencies are told apart.
struct Alphabet: Sendable, Hashable {
  /// Frequencies add up to 2^precision.
  var precision: Int
  /// The symbol that index 0 stands for.
  var leastSymbol: Int
  /// How many there are.
  var symbolCount: Int
  /// 2 under a trellis, else 1.
  var supersetCount: Int
}

/// Powers of two with a fraction, by square roots: the same on every machine.
public enum OctaveFraction {
  /// √2, √√2, …
  private static let roots: [Double] = {
    var roots: [Double] = []
    var root = 2.0
    for _ in 0..<6 {
      root = root.squareRoot()
      roots.append(root)
    }
    return roots
  }()

  /// 2^(exponent / 2^steps) for `steps` ≤ 6.
  public static func power(_ exponent: Int, steps: Int) -> Double {
    let octave = exponent >> steps
    var value = Double(sign: .plus, exponent: max(-1022, min(octave, 1023)), significand: 1)
    for bit in 0..<steps where exponent >> (steps - 1 - bit) & 1 == 1 { value *= roots[bit] }
    return value
  }
}

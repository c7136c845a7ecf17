/// The largest singular values of a bidiagonal matrix B with their vectors.
///
/// The values are the positive eigenvalues of the tridiagonal matrix with zeros on its diagonal and
/// B's diagonals, alternating, beside it; its vectors alternate between right and left ones (Golub
/// and Kahan 1965). Bisection finds values, inverse iteration vectors, which are made orthogonal
/// one after another: values that are equal share their space among them.
struct BidiagonalSpectrum {
  /// In descending order.
  private(set) var values: [Double] = []
  /// A vector for each value.
  private(set) var left: [[Double]] = []
  /// A vector for each value.
  private(set) var right: [[Double]] = []

  /// As many solutions as make a value's own vector out of any.
  private static let iterationCount = 5

  /// The largest `count` values of a matrix with these diagonals.
  init(_ diagonal: [Double], _ superdiagonal: [Double], count: Int) {
    let order = diagonal.count
    var beside: [Double] = []
    for index in 0..<order {
      beside.append(diagonal[index])
      if index + 1 < order { beside.append(superdiagonal[index]) }
    }
    let bound = zip([0] + beside, beside + [0]).reduce(0) { max($0, abs($1.0) + abs($1.1)) }
    let negligible = bound * Double(order) * Double.ulpOfOne
    var joint: [[Double]] = []
    for index in 0..<count {
      let value = Self.value(index, of: beside, bound: bound)
      guard value > negligible else {
        values.append(0)
        left.append(Self.completion(of: left, order))
        right.append(Self.completion(of: right, order))
        continue
      }
      let system = ShiftedTridiagonal(beside, shift: value, least: bound * Double.ulpOfOne)
      var vector = Self.start(index, 2 * order)
      for _ in 0..<Self.iterationCount {
        system.solve(&vector)
        vector = Self.orthonormal(vector, to: joint).vector
      }
      joint.append(vector)
      values.append(value)
      let places = (0..<order).map { 2 * $0 }
      right.append(Self.orthonormal(places.map { vector[$0] }, to: right).vector)
      left.append(Self.orthonormal(places.map { vector[$0 + 1] }, to: left).vector)
    }
  }

  /// The singular value before which `index` larger ones come, by bisection.
  private static func value(_ index: Int, of beside: [Double], bound: Double) -> Double {
    var (low, high) = (0.0, bound)
    while true {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high, high - low > bound * Double.ulpOfOne / 4 else {
        return middle
      }
      if countOfValues(of: beside, from: middle) > index { low = middle } else { high = middle }
    }
  }

  /// How many singular values are not below `number`: the signs of Sturm's sequence.
  private static func countOfValues(of beside: [Double], from number: Double) -> Int {
    var pivot = -number
    var count = pivot >= 0 ? 1 : 0
    for element in beside {
      // An exact zero counts as positive.
      if pivot == 0 { pivot = Double.leastNormalMagnitude }
      pivot = -number - element * element / pivot
      if pivot >= 0 { count += 1 }
    }
    return count
  }

  /// Numbers without a pattern that a vector could be orthogonal to.
  private static func start(_ index: Int, _ count: Int) -> [Double] {
    var state = UInt64(index) &+ 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / 16_777_216 + 0.5
    }
  }

  /// A unit vector that is orthogonal to all of some fewer than its elements.
  private static func completion(of vectors: [[Double]], _ count: Int) -> [Double] {
    for place in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[place] = 1
      let found = orthonormal(unit, to: vectors)
      // The squares of all units' rests come to at least 1.
      if found.norm * found.norm * Double(2 * count) >= 1 { return found.vector }
    }
    preconditionFailure("fewer vectors than elements leave room")
  }

  /// What is left of a vector without its share in others, at length 1; twice, as once leaves
  /// errors where little is left.
  private static func orthonormal(
    _ vector: [Double], to others: [[Double]]
  ) -> (vector: [Double], norm: Double) {
    var (result, first) = (vector, 0.0)
    for pass in 0..<2 {
      for other in others {
        let product = zip(result, other).reduce(0) { $0 + $1.0 * $1.1 }
        for place in result.indices { result[place] -= product * other[place] }
      }
      let norm = result.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if pass == 0 { first = norm }
      guard norm > 0 else { return (result, 0) }
      for place in result.indices { result[place] /= norm }
    }
    return (result, first)
  }
}

/// The factors of a tridiagonal matrix less a multiple of the identity, with partial pivoting.
private struct ShiftedTridiagonal {
  /// The rows of the upper triangle, three elements from the diagonal on.
  private var upper: [SIMD4<Double>] = []
  /// What is subtracted from the next row, and whether the two change places first.
  private var steps: [(factor: Double, swaps: Bool)] = []

  /// Factors the matrix with `beside` next to a diagonal of `-shift`; pivots of less than `least`
  /// are raised to it.
  init(_ beside: [Double], shift: Double, least: Double) {
    var row = SIMD4(-shift, beside.first ?? 0, 0, 0)
    for (index, element) in beside.enumerated() {
      let next = SIMD4(element, -shift, index + 1 < beside.count ? beside[index + 1] : 0, 0)
      let swaps = abs(element) > abs(row[0])
      var (pivot, other) = swaps ? (next, row) : (row, next)
      if abs(pivot[0]) < least { pivot[0] = least }
      let factor = other[0] / pivot[0]
      other -= factor * pivot
      upper.append(pivot)
      steps.append((factor, swaps))
      row = SIMD4(other[1], other[2], 0, 0)
    }
    if abs(row[0]) < least { row[0] = least }
    upper.append(row)
  }

  /// Replaces a right side by the solution.
  func solve(_ vector: inout [Double]) {
    for (index, step) in steps.enumerated() {
      if step.swaps { vector.swapAt(index, index + 1) }
      vector[index + 1] -= step.factor * vector[index]
    }
    for index in vector.indices.reversed() {
      var sum = vector[index]
      if index + 1 < vector.count { sum -= upper[index][1] * vector[index + 1] }
      if index + 2 < vector.count { sum -= upper[index][2] * vector[index + 2] }
      vector[index] = sum / upper[index][0]
    }
  }
}

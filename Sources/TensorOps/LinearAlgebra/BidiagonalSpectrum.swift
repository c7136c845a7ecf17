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
  private static let iterationCount = 3
  /// Values that are nearer to each other than this, as a part of the bound of all, are kept apart
  /// at every solution; the vectors of others part by themselves.
  private static let nearness = 1e-3

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
    var joint = OrthonormalVectors(length: 2 * order)
    var (left, right) = (OrthonormalVectors(length: order), OrthonormalVectors(length: order))
    for index in 0..<count {
      let value = Self.value(index, of: beside, bound: bound)
      guard value > negligible else {
        values.append(0)
        left.append(left.completion())
        right.append(right.completion())
        continue
      }
      let system = ShiftedTridiagonal(beside, shift: value, least: bound * Double.ulpOfOne)
      var vector = Self.start(index, 2 * order)
      let near = values.firstIndex { $0 - value <= Self.nearness * bound } ?? index
      for iteration in 1...Self.iterationCount {
        system.solve(&vector)
        let isLast = iteration == Self.iterationCount
        _ = joint.makeOrthonormal(&vector, from: isLast ? 0 : near, passes: isLast ? 2 : 1)
      }
      joint.append(vector)
      values.append(value)
      for place in 0..<2 {
        var half = (0..<order).map { vector[2 * $0 + place] }
        _ = place == 0 ? right.makeOrthonormal(&half) : left.makeOrthonormal(&half)
        if place == 0 { right.append(half) } else { left.append(half) }
      }
    }
    (self.left, self.right) = (left.vectors, right.vectors)
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

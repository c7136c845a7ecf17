internal import Diagnostics
internal import TensorCore

/// The way from the base to another model on a sphere (Shoemake 1985).
struct SphericalMerge: SpanMerge {
  let id = "slerp"
  let summary = "on the way from the base to another on a sphere (Shoemake 1985)"
  let parameters = [
    MergeParameter("t", .shared, required: .number, "the part of the way: 0 is the base")
  ]
  let inputs = MergeInputs(.required, 2...2, absence: .onlyOnePasses)

  func vectors(_: MergeTask) -> MergeVectors { .whole }
  func isRelative(_: MergeTask) -> Bool { false }

  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double] {
    guard let base = task.base else { preconditionFailure("the method has a base") }
    let t = task.shared.number("t")
    let lengths = [0, 1].map { products.length($0) > 1e-8 ? products.length($0) : 1 }
    let cosine = min(max(products[0, 1] / (lengths[0] * lengths[1]), -1), 1)
    let (own, other) = cosine > 0.9995 ? (1 - t, t) : Arc(cosine: cosine).parts(t)
    return base == 0 ? [own, other] : [other, own]
  }
}

/// Two directions with an angle between them.
struct Arc {
  let cosine: Double

  /// The shares of both at a part of the way.
  func parts(_ t: Double) -> (Double, Double) {
    let angle = Elementary.arccosine(cosine)
    let whole = Elementary.sine(angle)
    return (signedSine((1 - t) * angle) / whole, signedSine(t * angle) / whole)
  }

  /// The sine of any angle.
  private func signedSine(_ angle: Double) -> Double {
    guard !(0...Double.pi).contains(angle) else { return Elementary.sine(angle) }
    let turns = (angle / .pi).rounded(.down)
    let rest = Elementary.sine(angle - turns * .pi)
    return turns.truncatingRemainder(dividingBy: 2) == 0 ? rest : -rest
  }
}

/// The way between two models, or their differences from a base, by weights: all elements as one
/// vector, or rows or columns by themselves.
struct NormalizedSphericalMerge: SpanMerge {
  let id = "nuslerp"
  let summary = "between two models on a sphere, by weights, whole or by rows"
  let parameters = [
    MergeParameter("weight", .ofInput, required: .number, "of a model"),
    MergeParameter("nuslerp_flatten", .shared, or: .flag(true), "all elements are one vector"),
    MergeParameter(
      "nuslerp_row_wise", .shared, or: .flag(false), "vectors lie along the first axis"),
  ]
  let inputs = MergeInputs(.optional, 2...3, absence: .onlyOnePasses)

  func vectors(_ task: MergeTask) -> MergeVectors {
    if task.shared.flag("nuslerp_flatten") { return .whole }
    return task.shared.flag("nuslerp_row_wise") ? .columns : .rows
  }

  func isRelative(_ task: MergeTask) -> Bool { task.base != nil }

  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double] {
    let weights = task.others.map { task.inputs[$0].values.number("weight") }
    let sum = weights[0] + weights[1]
    let t = sum.magnitude < 1e-6 ? 0.5 : weights[1] / sum
    let lengths = [0, 1].map { max(products.length($0), 1e-7) }
    let cosine = min(max(products[0, 1] / (lengths[0] * lengths[1]), -1), 1)
    guard 1 - cosine * cosine > 1e-16 else { return [1 - t, t] }
    let (first, second) = Arc(cosine: cosine).parts(t)
    return [first, second]
  }
}

/// The direction of the weighted mean of directions, with the weighted mean of lengths.
struct MultiSphericalMerge: SpanMerge {
  let id = "multislerp"
  let summary = "the mean direction of several models, with their mean length"
  let parameters = [
    MergeParameter("weight", .ofInput, required: .number, "of a model"),
    MergeParameter("normalize_weights", .shared, or: .flag(true), "divide by their sum"),
    MergeParameter("eps", .shared, or: .number(1e-8), "added to lengths"),
  ]
  let inputs = MergeInputs(.optional, 1...MergeInputs.most)

  func vectors(_: MergeTask) -> MergeVectors { .whole }

  /// With one model the base takes no part.
  func isRelative(_ task: MergeTask) -> Bool { task.base != nil && task.others.count > 1 }

  // mergekit takes one more step along the sphere, of the weighted sum of what the directions have
  // across the mean one. That sum is zero, but for rounding, so that only the cosine of eps is
  // left.
  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double] {
    guard task.others.count > 1 else {
      return task.inputs.indices.map { $0 == task.base ? 0 : 1 }
    }
    var weights = task.others.map { task.inputs[$0].values.number("weight") }
    let sum = weights.reduce(0, +)
    if task.shared.flag("normalize_weights") { weights = weights.map { $0 / sum } }
    let epsilon = task.shared.number("eps")
    let lengths = weights.indices.map { products.length($0) }
    let shares = weights.indices.map { weights[$0] / (lengths[$0] + epsilon) }
    let length = Directions.length(shares, products)
    guard length >= epsilon else {
      guard weights.count == 2 else {
        throw Rejection(
          MergingRules.opposite, "their weighted sum has the length \(length)",
          at: Place(tensor: task.name))
      }
      return weights
    }
    let mean = zip(weights, lengths).reduce(0) { $0 + $1.0 * $1.1 }
    let along = epsilon < .pi ? Elementary.cosine(epsilon) : 1
    return shares.map { $0 / length * mean * along }
  }
}

/// Sums of vectors whose products are known.
enum Directions {
  /// The length of a sum with factors.
  static func length(_ factors: [Double], _ products: InnerProducts) -> Double {
    var sum = 0.0
    for (first, factor) in factors.enumerated() {
      for (second, other) in factors.enumerated() {
        sum += factor * other * products[first, second]
      }
    }
    return max(sum, 0).squareRoot()
  }

  /// The product of such a sum with one of the vectors.
  static func product(_ factors: [Double], _ index: Int, _ products: InnerProducts) -> Double {
    factors.indices.reduce(0) { $0 + factors[$1] * products[$1, index] }
  }
}

/// The point on a sphere from which the squared angles to all models are least together (Karcher
/// 1977), with their mean length.
struct KarcherMean: SpanMerge {
  let id = "karcher"
  let summary = "the mean of directions by angles, with the mean length (Karcher 1977)"
  let parameters = [
    MergeParameter("max_iter", .shared, or: .integer(10), "steps at most"),
    MergeParameter("tol", .shared, or: .number(1e-5), "the length of a step to stop at"),
  ]
  let inputs = MergeInputs(.ordinary, 1...MergeInputs.most)

  func vectors(_: MergeTask) -> MergeVectors { .whole }
  func isRelative(_: MergeTask) -> Bool { false }

  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double] {
    guard products.count > 1 else { return [1] }
    let tolerance = task.shared.number("tol")
    let lengths = (0..<products.count).map { products.length($0) }
    let live = lengths.indices.filter { lengths[$0] > tolerance }
    guard let first = live.first else { return lengths.map { _ in 0 } }
    // Factors are those of the vectors themselves; a direction's is one over its length.
    var mean = lengths.map { _ in 0.0 }
    for index in live { mean[index] = 1 / (Double(live.count) * lengths[index]) }
    let length = Directions.length(mean, products)
    if length < tolerance {
      mean = lengths.indices.map { $0 == first ? 1 / lengths[$0] : 0 }
    } else {
      mean = mean.map { $0 / length }
    }
    for _ in 0..<task.shared.integer("max_iter") {
      let step = step(from: mean, live, lengths, products, tolerance)
      let size = Directions.length(step, products)
      guard size >= tolerance else { break }
      let (along, across) = (Elementary.cosine(size), Elementary.sine(size) / size)
      mean = zip(mean, step).map { along * $0 + across * $1 }
      let length = Directions.length(mean, products)
      mean = mean.map { $0 / length }
    }
    let size = lengths.reduce(0, +) / Double(lengths.count)
    return mean.map { $0 * size }
  }

  /// The mean of the ways to all directions.
  private func step(
    from mean: [Double], _ live: [Int], _ lengths: [Double], _ products: InnerProducts,
    _ tolerance: Double
  ) -> [Double] {
    var step = mean.map { _ in 0.0 }
    for index in live {
      let cosine = min(
        max(Directions.product(mean, index, products) / lengths[index], -1), 1)
      let angle = Elementary.arccosine(cosine)
      guard angle >= tolerance else { continue }
      let factor = angle / Elementary.sine(angle) / Double(live.count)
      for place in step.indices { step[place] -= factor * cosine * mean[place] }
      step[index] += factor / lengths[index]
    }
    return step
  }
}

/// Between the mean of several models and their base, as near to the mean as their differences are
/// alike (Jang et al. 2024).
struct ModelStock: SpanMerge {
  let id = "model_stock"
  let summary = "between base and mean, by the angle of the differences (Jang et al. 2024)"
  let parameters = [
    MergeParameter("filter_wise", .shared, or: .flag(false), "an angle for each row")
  ]
  let inputs = MergeInputs(.required, 3...MergeInputs.most, absence: .basePassesOrNone)

  func vectors(_ task: MergeTask) -> MergeVectors {
    task.shared.flag("filter_wise") ? .rows : .whole
  }

  func isRelative(_: MergeTask) -> Bool { true }

  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double] {
    let count = products.count
    var (sum, pairs) = (0.0, 0)
    for first in 0..<count {
      for second in 0..<first {
        let lengths = max(products.length(first) * products.length(second), 1e-6)
        sum += min(max(products[first, second] / lengths, -1), 1)
        pairs += 1
      }
    }
    let cosine = sum / Double(pairs)
    let divisor = 1 + Double(count - 1) * cosine
    let t = divisor.magnitude < 1e-6 ? 0 : Double(count) * cosine / divisor
    return [Double](repeating: t / Double(count), count: count)
  }
}

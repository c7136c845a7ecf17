internal import TensorCore

/// Differences that were weighted, added to the base.
struct WeightedSum<Real: MergeReal>: Sendable {
  let weights: [Real]
  /// Whether only what has the sign of the sum takes part.
  let elects: Bool
  let normalizes: Bool
  let factor: Real
  /// The sum of all weights; 1 where it vanishes.
  private let weight: Real

  init(weights: [Real], elects: Bool, normalizes: Bool, factor: Real, dtype: DType) {
    (self.weights, self.elects) = (weights, elects)
    (self.normalizes, self.factor) = (normalizes, factor)
    let sum = weights.reduce(0, +).rounded(to: dtype)
    // In float16 the bound is zero.
    weight = sum.magnitude < Real(1e-8).rounded(to: dtype) ? 1 : sum
  }

  /// Adds terms to a base. Three places of scratch memory behind the terms are used.
  func add(
    _ terms: [UnsafeMutablePointer<Real>], to base: UnsafePointer<Real>, _ block: MergeBlock<Real>
  ) {
    let (sum, shares) = (block.scratch[terms.count], block.scratch[terms.count + 1])
    let count = block.count
    if elects {
      let signs = block.scratch[terms.count + 2]
      total(terms, into: signs, block)
      sum.update(repeating: 0, count: count)
      shares.update(repeating: 0, count: count)
      for (term, weight) in zip(terms, weights) {
        Real.addAgreeing(term, with: signs, weight: weight, to: sum, weights: shares, count)
      }
      block.round(sum)
    } else {
      total(terms, into: sum, block)
    }
    if normalizes {
      if elects {
        block.round(shares)
        for index in 0..<count { shares[index] += shares[index] == 0 ? 1 : 0 }
        block.combine(.divide, sum, shares, into: sum)
      } else {
        Real.divide(sum, by: weight, count)
        block.round(sum)
      }
    }
    if factor != 1 { block.scale(sum, by: factor, into: sum) }
    block.combine(.add, base, sum, into: block.output)
  }

  private func total(
    _ terms: [UnsafeMutablePointer<Real>], into sum: UnsafeMutablePointer<Real>,
    _ block: MergeBlock<Real>
  ) {
    sum.update(repeating: 0, count: block.count)
    for term in terms { Real.combine(.add, sum, term, into: sum, block.count) }
    block.round(sum)
  }
}

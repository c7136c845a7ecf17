internal import TensorCore
internal import TensorOps

/// What one window of an evaluation came to.
public struct WindowScore: Sendable {
  /// The sum of −log p(target), in nats.
  public var loss = 0.0
  /// The same of the reference model, where there is one.
  public var referenceLoss = 0.0
  /// How many targets counted.
  public var targetCount = 0
  /// The bytes that the targets stand for.
  public var byteCount = 0
  /// KL(reference ‖ model) of every target, in nats.
  public var divergences: [Float] = []
  /// For how many targets both models find the same token likeliest.
  public var agreementCount = 0
  /// The smallest cosine between both models' logits.
  public var smallestCosine = 1.0
}

extension WindowScore {
  /// Scores logits of shape [positions, vocabulary] from `firstRow` on.
  init(_ logits: Tensor, reference: Tensor?, targets: [Int], firstRow: Int) {
    let rows = LogitRows(logits)
    let other = reference.map(LogitRows.init)
    targetCount = targets.count - firstRow
    for row in firstRow..<targets.count {
      let mass = rows.logSumExp(row)
      loss += mass - Double(rows[row, targets[row]])
      guard let other else { continue }
      let comparison = rows.compare(row, with: other, mass)
      referenceLoss += comparison.referenceMass - Double(other[row, targets[row]])
      divergences.append(Float(comparison.divergence))
      agreementCount += comparison.agrees ? 1 : 0
      smallestCosine = min(smallestCosine, comparison.cosine)
    }
  }
}

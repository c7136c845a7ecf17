internal import Checkpoints
internal import LanguageModels
internal import TensorCore

/// What compression cost, and whether that is within the limits.
public struct Verification: Sendable {
  /// The bytes of the artifact.
  public let byteCount: Int
  /// The bytes of code and decoder.
  public let overheadByteCount: Int
  /// The elements of the reference.
  public let parameterCount: Int
  /// Every tensor of either side.
  public let tensors: [TensorCost]
  /// What the tokens told; nil without any, and where tensors do not match.
  public let evaluation: EvaluationJob.Outcome?
  /// The error as it goes through the layers; empty where nothing was evaluated.
  public let compoundErrors: [CompoundError]
  /// What had to hold.
  public let limits: VerificationLimits

  /// Artifact, code and decoder together.
  public var totalByteCount: Int { byteCount + overheadByteCount }
  /// The bytes that the budget leaves; negative where it is exceeded.
  public var headroom: Int? { limits.budget.map { $0 - totalByteCount } }
  /// The artifact's bytes in bits for each parameter.
  public var bitsPerParameter: Double { 8 * Double(byteCount) / Double(max(parameterCount, 1)) }
  /// The tensors that do not match.
  public var mismatches: [TensorCost] { tensors.filter { $0.problem != nil } }
  /// The tensor with the most noise; nil where all are the same.
  public var worstTensor: TensorCost? {
    tensors.filter { $0.signalToNoise != nil }
      .min { ($0.signalToNoise ?? 0) < ($1.signalToNoise ?? 0) }
  }

  /// The mean ratio of signal to noise of the tensors that have noise, each weighed by its
  /// elements; nil where none has.
  public var meanSignalToNoise: Double? {
    let noisy = tensors.compactMap { tensor in
      tensor.signalToNoise.flatMap { $0.isFinite ? ($0, Double(tensor.shape.elementCount)) : nil }
    }
    let count = noisy.reduce(0) { $0 + $1.1 }
    return count > 0 ? noisy.reduce(0) { $0 + $1.0 * $1.1 } / count : nil
  }

  /// Whether every check holds.
  public var holds: Bool { checks.allSatisfy(\.holds) }

  /// The limits that were set and what they were held against, that on tensors first.
  public var checks: [VerificationCheck] {
    let outcome = evaluation?.evaluation
    let closeness = outcome?.closeness
    let loss = outcome.map { $0.bitsPerByte - $0.referenceBitsPerByte }
    let worst = worstTensor
    func check(
      _ kind: VerificationCheck.Kind, _ limit: Double?, _ value: Double?, _ tensor: String? = nil
    ) -> VerificationCheck? {
      limit.map { VerificationCheck(kind: kind, limit: $0, value: value, tensor: tensor) }
    }
    return [
      check(.tensors, 0, Double(mismatches.count), mismatches.first?.name),
      check(.budget, limits.budget.map(Double.init), Double(totalByteCount)),
      check(.byteCount, limits.byteCount.map(Double.init), Double(byteCount)),
      check(.divergence, limits.divergence, closeness?.meanDivergence),
      check(.bitsPerByteLoss, limits.bitsPerByteLoss, loss),
      check(.agreement, limits.agreement, closeness?.agreement),
      check(.signalToNoise, limits.signalToNoise, worst?.signalToNoise, worst?.name),
    ].compactMap(\.self)
  }
}

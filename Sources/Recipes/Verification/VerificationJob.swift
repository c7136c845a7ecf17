public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
internal import TensorCore

/// What `verify` is asked to do: hold an artifact against the checkpoint that it was made from.
public struct VerificationJob: Sendable {
  /// What both are evaluated on; nil compares weights only.
  public var evaluation: EvaluationJob?
  /// The artifact's configuration, if its model needs one.
  public var configuration: JSONValue?
  /// The reference's configuration, if its model needs one.
  public var referenceConfiguration: JSONValue?
  /// Bytes that count against the budget besides the artifact's: code and decoder.
  public var overheadByteCount = 0
  /// What must hold.
  public var limits = VerificationLimits()

  /// A job that compares weights and wants nothing but the same tensors.
  public init() {}

  /// What is being done, for whoever waits.
  public enum Progress: Sendable {
    /// Bytes of the reference that were compared, of how many.
    case comparing(done: Int, of: Int)
    /// Targets that were scored, of how many.
    case evaluating(done: Int, of: Int)
  }

  /// Compares every tensor, evaluates both where tokens were given, and checks the limits.
  ///
  /// Weights that were transformed before they were quantized, as the artifact notes, are compared
  /// with the reference's after the same transforms. Where tensors do not match, no model can be
  /// trusted to be the reference's: nothing is evaluated, and limits on what tokens tell
  /// are broken. Throws what reading and evaluating throw.
  public func run(
    _ artifact: Checkpoint, against reference: Checkpoint,
    progress: (Progress) -> Void = { _ in }
  ) throws(Rejection) -> Verification {
    let done = reference.notes.recipe.map(QuantizationRecipe.transforms) ?? []
    let noted = artifact.notes.recipe.map(QuantizationRecipe.transforms) ?? []
    let transforms = noted.starts(with: done) ? Array(noted.dropFirst(done.count)) : noted
    let reference = try reference.transformed(
      by: transforms, configuration: referenceConfiguration)
    let total = reference.tensors.reduce(0) { $0 + $1.decodedByteCount }
    let comparison = try reference.compared(with: artifact) {
      progress(.comparing(done: $0, of: total))
    }
    let tensors = TensorCost.all(in: artifact, against: reference, comparison)
    var outcome: EvaluationJob.Outcome?
    var compoundErrors: [CompoundError] = []
    if let evaluation, tensors.allSatisfy({ $0.problem == nil }) {
      let model = try LoadedModel(artifact, configuration: configuration)
      let original = try LoadedModel(reference, configuration: referenceConfiguration)
      outcome = try evaluation.run(model, reference: original) {
        progress(.evaluating(done: $0, of: $1))
      }
      compoundErrors = CompoundError.along(
        model.model, reference: original.model, try Self.windows(of: evaluation, for: model.model))
    }
    return Verification(
      byteCount: artifact.byteCount, overheadByteCount: overheadByteCount,
      parameterCount: reference.parameterCount, tensors: tensors, evaluation: outcome,
      compoundErrors: compoundErrors, limits: limits)
  }

  /// The first tokens of an evaluation, in which layers are watched.
  private static func windows(
    of evaluation: EvaluationJob, for model: any LanguageModel<Tensor>
  ) throws(Rejection) -> [[Int]] {
    try ModelWindows(
      tokenPattern: evaluation.tokenPattern,
      tokenCount: min(CompoundError.tokenCount, evaluation.maximumTokenCount ?? .max),
      sequenceLength: min(CompoundError.sequenceLength, evaluation.sequenceLength)
    ).sequences(
      vocabularySize: model.vocabularySize, maximumLength: model.maximumLength)
  }
}

import JSON
import LanguageModels
import Recipes
import TensorOps

/// What an evaluation found, for people and for scripts.
struct EvaluationReport {
  private let evaluation: Evaluation
  private let byteCounts: ByteCountSource
  private let seed: UInt64
  private let seconds: Double
  private let warnings: WarningReport

  init(
    _ outcome: EvaluationJob.Outcome, seed: UInt64, seconds: Double, warnings: WarningReport
  ) {
    evaluation = outcome.evaluation
    byteCounts = outcome.byteCounts
    self.seed = seed
    self.seconds = seconds
    self.warnings = warnings
  }

  func print(_ output: OutputOptions) {
    warnings.print(unless: !output.isTalkative)
    if output.json {
      return Document.print(measurements + [("warnings", warnings.json)] + comparison)
    }
    guard !output.quiet else { return }
    Data.write(lines)
  }

  /// The members of an object about this evaluation.
  var json: JSONValue { .object(measurements + comparison) }

  /// What told the bytes, as scripts read it.
  private var byteCountSource: String {
    switch byteCounts {
    case .vocabulary: "tokenizer"
    case .sidecar: "sidecar"
    }
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    Quantity.fixed(value, digits: digits)
  }

  /// What people read.
  var lines: String {
    let interval = evaluation.confidenceInterval(seed: seed)
    var text = """
      val_bpb   \(Self.text(evaluation.bitsPerByte, 6))   \
      95 % \(Self.text(interval.lowerBound, 4)) to \(Self.text(interval.upperBound, 4))
      val_loss  \(Self.text(evaluation.loss, 6))
      tokens    \(evaluation.targetCount), \
      bytes \(evaluation.byteCount) by the \(byteCountSource), \
      \(Self.text(Double(evaluation.targetCount) / max(seconds, 1e-9), 0)) tokens/s

      """
    guard let closeness = evaluation.closeness else { return text }
    let reference = evaluation.referenceConfidenceInterval(seed: seed)
    let difference = evaluation.differenceInterval(seed: seed)
    let divergence = evaluation.divergenceInterval(seed: seed)
    text += """
      against the reference
      val_bpb   \(Self.text(evaluation.referenceBitsPerByte, 6))   \
      95 % \(Self.text(reference.lowerBound, 4)) to \(Self.text(reference.upperBound, 4))
      loss      \(Self.text(bitsPerByteLoss, 6)) bpb   \
      95 % \(Self.text(difference.lowerBound, 6)) to \(Self.text(difference.upperBound, 6))
      KL        \(Self.text(closeness.meanDivergence, 6))   \
      95 % \(Self.text(divergence.lowerBound, 6)) to \(Self.text(divergence.upperBound, 6)); p99 \
      \(Self.text(closeness.highDivergence, 6)), \
      largest \(Self.text(closeness.largestDivergence, 6))
      top-1     \(Self.text((100 * closeness.agreement), 2)) % agree, smallest cosine of logits \
      \(Self.text(closeness.smallestCosine, 6))

      """
    return text
  }

  private var bitsPerByteLoss: Double {
    evaluation.bitsPerByte - evaluation.referenceBitsPerByte
  }

  private var measurements: [(key: String, value: JSONValue)] {
    [
      ("tokens", .integer(evaluation.targetCount)), ("bytes", .integer(evaluation.byteCount)),
      ("val_loss", JSONValue(evaluation.loss)), ("val_bpb", JSONValue(evaluation.bitsPerByte)),
      ("val_bpb_ci95", Self.json(evaluation.confidenceInterval(seed: seed))),
      ("seed", .integer(Int(seed))), ("byte_counts", .string(byteCountSource)),
      ("matrix_products", .string(CPUBackend.matrixProducts)),
    ]
  }

  /// The member about the reference, where there is one.
  private var comparison: [(key: String, value: JSONValue)] {
    guard let closeness = evaluation.closeness else { return [] }
    return [
      (
        "reference",
        [
          "val_bpb": JSONValue(evaluation.referenceBitsPerByte),
          "val_bpb_ci95": Self.json(evaluation.referenceConfidenceInterval(seed: seed)),
          "val_bpb_difference": JSONValue(bitsPerByteLoss),
          "val_bpb_difference_ci95": Self.json(evaluation.differenceInterval(seed: seed)),
          "kl_mean": JSONValue(closeness.meanDivergence),
          "kl_mean_ci95": Self.json(evaluation.divergenceInterval(seed: seed)),
          "kl_p99": JSONValue(closeness.highDivergence),
          "kl_max": JSONValue(closeness.largestDivergence),
          "top1_agreement": JSONValue(closeness.agreement),
          "logit_cosine_min": JSONValue(closeness.smallestCosine),
        ]
      )
    ]
  }

  private static func json(_ interval: ClosedRange<Double>) -> JSONValue {
    [JSONValue(interval.lowerBound), JSONValue(interval.upperBound)]
  }
}

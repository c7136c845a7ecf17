/// The facts of a submission and every key that scripts and people were seen to write them under.
///
/// The first key that has a value counts; the others must agree or are reported.
package enum SubmissionField {
  package static let author = ["author"]
  package static let githubID = ["github_id", "github"]
  package static let name = ["name", "run_name"]
  package static let date = ["date"]
  package static let track = ["track"]
  package static let blurb = ["blurb"]
  package static let summary = ["technique_summary", "summary"]
  package static let hardware = ["hardware", "gpu", "platform"]
  package static let pytorchVersion = ["pytorch_version", "torch_version"]

  package static let valBPB = ["val_bpb", "mean_val_bpb", "mean_bpb"]
  package static let valBPBDeviation = ["val_bpb_std", "std_val_bpb", "std_bpb"]
  package static let valLoss = ["val_loss", "mean_val_loss", "val_loss_nats", "mean_val_loss_nats"]
  package static let valLossDeviation = [
    "val_loss_std", "val_loss_nats_std", "std_val_loss", "std_val_loss_nats",
  ]
  package static let preQuantizationBPB = ["pre_quant_val_bpb"]
  package static let preQuantizationLoss = ["pre_quant_val_loss"]
  package static let quantizationGap = ["quantization_gap_bpb"]

  // An artifact, as scripts print it, is the compressed model and the code: the total.
  package static let totalBytes = ["bytes_total", "artifact_bytes", "artifact_size_bytes"]
  package static let largestBytes = ["artifact_bytes_max"]
  package static let meanBytes = ["artifact_bytes_mean"]
  package static let codeBytes = ["bytes_code", "code_bytes"]
  package static let modelBytes = ["bytes_model", "bytes_model_compressed"]
  /// What other keys for the bytes of the model begin with; a codec's name follows.
  package static let modelBytesPrefix = "bytes_model_"

  package static let bases = [
    "base_pr", "base_submission", "based_on", "supports_pr", "implementation_lineage_pr",
  ]
  package static let compliance = ["compliance"]
  package static let attribution = ["attribution"]

  package static let seedList = "seeds"
  package static let seedResults = "seed_results"
  package static let onlySeed = "seed"
  package static let seedScores = "seed_scores"

  // Within the results of one seed.
  package static let seedBPB = ["val_bpb", "bpb", "val_var_bpb"]
  package static let seedLoss = ["val_loss", "val_loss_nats"]
  package static let seedBytes = ["artifact_bytes", "bytes_total"]
  package static let seedSteps = ["steps", "train_steps", "step_stop"]

  /// Whether a key that is none of the above names bits per byte or a loss of this record's model,
  /// measured in another way.
  package static func isMeasurement(_ key: String) -> Bool {
    guard key.contains("bpb") || key.contains("val_loss") else { return false }
    let words = Set(key.split(separator: "_"))
    return words.isDisjoint(with: ["delta", "base", "comparison", "gain", "std"])
  }
}

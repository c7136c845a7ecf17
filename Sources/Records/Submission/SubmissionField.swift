/// The facts of a submission and every key that scripts and people were seen to write them under.
///
/// The first key that has a value counts; the others must agree or are reported.
enum SubmissionField {
  static let author = ["author"]
  static let githubID = ["github_id", "github"]
  static let name = ["name", "run_name"]
  static let date = ["date"]
  static let track = ["track"]
  static let blurb = ["blurb"]
  static let summary = ["technique_summary", "summary"]
  static let hardware = ["hardware", "gpu", "platform"]
  static let pytorchVersion = ["pytorch_version", "torch_version"]

  static let valBPB = ["val_bpb", "mean_val_bpb", "mean_bpb"]
  static let valBPBDeviation = ["val_bpb_std", "std_val_bpb", "std_bpb"]
  static let valLoss = ["val_loss", "mean_val_loss", "val_loss_nats", "mean_val_loss_nats"]
  static let valLossDeviation = [
    "val_loss_std", "val_loss_nats_std", "std_val_loss", "std_val_loss_nats",
  ]
  static let preQuantizationBPB = ["pre_quant_val_bpb"]
  static let preQuantizationLoss = ["pre_quant_val_loss"]
  static let quantizationGap = ["quantization_gap_bpb"]

  // An artifact, as scripts print it, is the compressed model and the code: the total.
  static let totalBytes = ["bytes_total", "artifact_bytes", "artifact_size_bytes"]
  static let largestBytes = ["artifact_bytes_max"]
  static let meanBytes = ["artifact_bytes_mean"]
  static let codeBytes = ["bytes_code", "code_bytes"]
  static let modelBytes = ["bytes_model", "bytes_model_compressed"]
  /// What other keys for the bytes of the model begin with; a codec's name follows.
  static let modelBytesPrefix = "bytes_model_"

  static let bases = [
    "base_pr", "base_submission", "based_on", "supports_pr", "implementation_lineage_pr",
  ]
  static let compliance = ["compliance"]
  static let attribution = ["attribution"]

  static let seedList = "seeds"
  static let seedResults = "seed_results"
  static let onlySeed = "seed"
  static let seedScores = "seed_scores"

  // Within the results of one seed.
  static let seedBPB = ["val_bpb", "bpb", "val_var_bpb"]
  static let seedLoss = ["val_loss", "val_loss_nats"]
  static let seedBytes = ["artifact_bytes", "bytes_total"]
  static let seedSteps = ["steps", "train_steps", "step_stop"]

  /// Whether a key that is none of the above names bits per byte or a loss of this record's model,
  /// measured in another way.
  static func isMeasurement(_ key: String) -> Bool {
    guard key.contains("bpb") || key.contains("val_loss") else { return false }
    let words = Set(key.split(separator: "_"))
    return words.isDisjoint(with: ["delta", "base", "comparison", "gain", "std"])
  }
}

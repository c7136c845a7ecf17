public import Diagnostics

/// The rules about gathering and reading the statistics of a model's layers.
public enum CalibrationRules {
  /// The statistics do not fit into memory.
  public static let tooLarge = Rule(
    "H01", "the statistics of these layers do not fit into memory",
    because: """
      The second moments of a layer with n inputs are n × n numbers of 8 bytes, and all layers are \
      gathered in one pass over the tokens.
      """,
    remedy: "Choose fewer layers with --tensors, and calibrate the others in another run.")

  /// No layer is chosen.
  public static let noLayer = Rule(
    "H02", "no linear layer of the model is chosen",
    because: "Statistics are gathered for the inputs of linear layers, under their weights' names.",
    remedy: "Change --tensors; birdie inspect lists the names.")

  /// A file does not hold statistics.
  public static let notACalibration = Rule(
    "H03", "not the statistics of a model's layers",
    because: """
      For each weight the file must have second_moment, abs_max, mean_abs, mean and count, with \
      shapes that fit each other and finite numbers.
      """,
    remedy: "Make the file with birdie calibrate.")

  /// Every rule of this family.
  public static let all: [Rule] = [tooLarge, noLayer, notACalibration]
}

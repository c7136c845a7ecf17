public import Diagnostics

/// The rules about files and tensors in general.
public enum TensorCoreRules {
  /// The input does not exist or may not be read.
  public static let missingInput = Rule(
    "F01", "no such input",
    because: "The file or folder does not exist, or this user may not read it.",
    remedy: "Check the path and its permissions.", status: .noInput)

  /// The output exists already or its folder cannot be written.
  public static let outputExists = Rule(
    "F02", "output exists or cannot be created",
    because: "Nothing is overwritten unless asked: the file there may be the only copy of a run.",
    remedy: "Choose another name, make the folder writable, or pass --force to replace it.",
    status: .cannotCreate)

  /// The system failed to read or write.
  public static let inputOutput = Rule(
    "F03", "reading or writing failed",
    because: "The system reported an error: a full disk, a broken device or a lost mount. "
      + "Nothing was left under the output's name.",
    remedy: "Free some space or repair the device, then run the same command again.",
    status: .inputOutput)

  /// The file changed while it was being read.
  public static let changedInput = Rule(
    "F04", "the input changed while it was read",
    because: "Another process truncated or rewrote the file, so what was read is a mixture.",
    remedy: "Wait until the training run has finished writing, then try again.",
    status: .tryAgain)

  /// An earlier run did not finish.
  public static let interrupted = Rule(
    "F05", "an earlier conversion was interrupted",
    because: "Its partial output was found beside the output's name. It was never visible under "
      + "that name and has been replaced.",
    remedy: "Nothing to do; the output is whole.")

  /// A folder that is no checkpoint as a whole.
  public static let noCheckpointInFolder = Rule(
    "F07", "folder without a checkpoint",
    because: "A folder is read as one checkpoint if it holds an index, a single safetensors file "
      + "or the .metadata of a distributed checkpoint. Which of several files is meant would be a "
      + "guess.",
    remedy: "Name the file instead of the folder.")

  /// Every rule of this target.
  public static let all = [
    missingInput, outputExists, inputOutput, changedInput, interrupted, noCheckpointInFolder,
  ]
}

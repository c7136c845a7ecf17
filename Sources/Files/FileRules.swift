public import Diagnostics

/// The rules about files (F…), and about what conversions leave out.
public enum FileRules {
  /// The input does not exist or may not be read.
  public static let missingInput = Rule(
    "F01", "no such input",
    because: "The file or folder does not exist, or this user may not read it.",
    remedy: "Check the path and its permissions.", status: .noInput)

  /// The output exists already, or another process is writing it.
  public static let outputExists = Rule(
    "F02", "the output's name is taken",
    because: "Nothing is overwritten unless asked: what is there may be the only copy of a run.",
    remedy: "Choose another name, or pass --force to replace an older output. If another process "
      + "is writing it, wait.",
    status: .cannotCreate)

  /// The system failed to read or write.
  public static let inputOutput = Rule(
    "F03", "reading or writing failed",
    because: "The system reported an error: a full disk, a broken device or a lost mount. "
      + "An output appears under its name only when it is whole.",
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

  /// The output's folder is missing or not writable, or the name is impossible.
  public static let cannotCreate = Rule(
    "F06", "the output cannot be created",
    because: "The system does not let this user make a file or folder of that name there.",
    remedy: "Make the folder that it is to lie in, or make it writable; or choose another name.",
    status: .cannotCreate)

  /// A folder that is no checkpoint as a whole.
  public static let noCheckpointInFolder = Rule(
    "F07", "folder without a checkpoint",
    because: "A folder is read as one checkpoint if it holds an index, a single safetensors file "
      + "or the .metadata of a distributed checkpoint. Which of several files is meant would be a "
      + "guess.",
    remedy: "Name the file instead of the folder.")

  /// The output's format has no place for metadata of the input.
  public static let droppedMetadata = Rule(
    "F08", "metadata were left out",
    because: "PyTorch files hold tensors only, so what the input says about them is lost; and keys "
      + "that begin with birdie.encoding would be read as notes on codes.",
    remedy: "Keep the input, or write safetensors, which carry metadata.")

  /// One tensor alone is larger than a shard may be.
  public static let largeShard = Rule(
    "F09", "a shard is larger than the limit",
    because: "A tensor is never split over files, so one larger than --max-shard-size gets a file "
      + "of its own.",
    remedy: "Nothing to do unless the place it goes to refuses such files.")

  /// Numbers that the narrower type cannot hold became infinite.
  public static let overflow = Rule(
    "F10", "finite numbers became infinite",
    because: "The largest f16 is 65504; what rounds beyond a type's largest number is infinite, "
      + "and a model that computes with infinities gives NaN.",
    remedy: "Use bf16, which has the range of f32, or keep the type.")

  /// Every rule of this target.
  public static let all = [
    missingInput, outputExists, inputOutput, changedInput, interrupted, cannotCreate,
    noCheckpointInFolder, droppedMetadata, largeShard, overflow,
  ]
}

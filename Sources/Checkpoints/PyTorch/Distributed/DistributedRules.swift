public import Diagnostics

/// The rules about distributed checkpoints.
public enum DistributedRules {
  /// The metadata contradicts itself or the files.
  public static let metadata = Rule(
    "D01", "distributed metadata contradicts the files",
    because: "The metadata says which bytes of which file hold which box of a tensor. A gap, an "
      + "overlap or a place beyond the end would fill the tensor with something else.",
    remedy: "Copy the whole folder again: a rank's file may be missing or older than the rest.")

  /// A path leads out of the folder.
  public static let escapingPath = Rule(
    "D02", "path leads out of the checkpoint's folder",
    because: "The names of the ranks' files come from the file itself; one with .. or a leading "
      + "slash would read anything on this machine.",
    remedy: "Do not use the checkpoint: no program that saves one writes such a name.",
    status: .refused)

  /// Every rule of distributed checkpoints.
  public static let all = [metadata, escapingPath]
}

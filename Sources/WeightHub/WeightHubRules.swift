public import Diagnostics

/// The rules of the Hub protocol as a client (W…).
public enum WeightHubRules {
  /// A server that cannot be reached.
  public static let unreachable = Rule(
    "W01", "the Hub cannot be reached",
    because:
      "The connection failed or timed out, or the server is overloaded, and trying again did "
      + "not help.",
    remedy: "Check HF_ENDPOINT and the network, and try again.", status: .unavailable)
  /// A token that is missing or not enough.
  public static let access = Rule(
    "W02", "access denied",
    because: "The Hub wants a token, or one that may do more than this one.",
    remedy: "Set HF_TOKEN, or put a token with the right scope in the file of HF_TOKEN_PATH.",
    status: .refused)
  /// A repository, revision or file that is not there.
  public static let notFound = Rule(
    "W03", "not found on the Hub",
    because:
      "There is no such repository, revision or file, or it is private and no token was given.",
    remedy: "Check the name; a private repository wants HF_TOKEN.", status: .noInput)
  /// An answer that the protocol does not know.
  public static let answer = Rule(
    "W04", "the Hub's answer makes no sense",
    because: "A proxy, a login page or another kind of server may have answered.",
    remedy: "Check HF_ENDPOINT; open the address of the message in a browser.")
  /// Bytes that are not what their digest says.
  public static let digest = Rule(
    "W05", "downloaded bytes do not match their digest",
    because: "The file was damaged on its way or on the server. Nothing of it was kept.",
    remedy: "Pull again; if it stays, ask whoever runs the Hub.")
  /// A change that somebody else overtook.
  public static let stale = Rule(
    "W06", "somebody else has committed since",
    because: "Writing over what is new there could undo it.",
    remedy: "Run the same command again: it looks at the new state first.", status: .tryAgain)
  /// Something that the Hub refuses.
  public static let refused = Rule(
    "W07", "the Hub refuses the request",
    because: "It says why: a name that is taken, a file that is too large, a card that is no YAML.",
    remedy: "Mend what the message says.")
  /// A cache that cannot be written.
  public static let cache = Rule(
    "W08", "the cache cannot be read or written",
    because: "A full disk, missing permissions, or a file where a folder has to be.",
    remedy: "Make room, or set HF_HUB_CACHE to a folder that can be written.", status: .inputOutput)
  /// An address that names no file.
  public static let address = Rule(
    "W09", "no address of a Hub",
    because: "An address is NAMESPACE/NAME, perhaps with @REVISION, and for files after hf:// and "
      + "with a path.",
    remedy: "Write hf://namespace/name/path/to/model.safetensors.", status: .usage)
  /// A file that is not in the cache while the network is not to be used.
  public static let offline = Rule(
    "W10", "not in the cache, and offline",
    because: "HF_HUB_OFFLINE forbids asking the Hub.",
    remedy: "Unset HF_HUB_OFFLINE, or pull the files while there is a network.",
    status: .noInput)
  /// A path on the Hub that must not be written to a disk.
  public static let path = Rule(
    "W11", "a path that leads elsewhere",
    because: "A repository that names files outside of its folder would overwrite files of yours.",
    remedy: "Do not trust this repository.", status: .refused)

  /// A file that another process downloads.
  public static let busy = Rule(
    "W12", "another process downloads the file",
    because: "Two that write the same partial file would damage it.",
    remedy: "Wait until the other one has ended, and try again.", status: .tryAgain)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    unreachable, access, notFound, answer, digest, stale, refused, cache, address, offline, path,
    busy,
  ]
}

public import Diagnostics

/// The rules of a Hub of one's own (Y…).
public enum WeightHubServerRules {
  /// A folder that holds something else.
  public static let foreignFolder = Rule(
    "Y01", "the folder is no Hub's",
    because: """
      A Hub keeps its files in a folder of its own; in another it could overwrite what is there.
      """,
    remedy: "Give --root a new or an empty folder.", status: .cannotCreate)
  /// Reading or writing the Hub's own files failed.
  public static let storage = Rule(
    "Y02", "the Hub's files cannot be read or written",
    because: "Missing permissions or a broken device; nothing half-written is kept.",
    remedy: "Repair the disk. `birdie serve --check` says what is whole.",
    status: .inputOutput)
  /// Content that is not what its digest says.
  public static let digest = Rule(
    "Y03", "content does not match its digest",
    because: "What arrived is not what was announced: a transfer was cut or altered.",
    remedy: "Upload again.")
  /// A shard that names a xorb that was never sent.
  public static let unknownXorb = Rule(
    "Y04", "unknown xorb",
    because: """
      The client believes that these chunks are here already, by notes of an earlier upload. They \
      are not, so the file cannot be put together.
      """,
    remedy: "Remove the xet folder from HF_HOME, or upload with HF_HUB_DISABLE_XET=1.")
  /// A path that could lead out of a repository.
  public static let path = Rule(
    "Y05", "a path that no repository can have",
    because: """
      A path with empty parts, dots, control characters or backslashes, one that is very long, or \
      one that is both a file and a folder, cannot be written to everybody's disk.
      """,
    remedy: "Rename the file.")
  /// A folder that another process has.
  public static let inUse = Rule(
    "Y06", "the Hub's folder is in use",
    because: "Two processes that write the same Hub would overwrite each other's files.",
    remedy: "Stop the other process, or give another --root.", status: .tryAgain)
  /// A file of tokens that cannot be read.
  public static let tokens = Rule(
    "Y07", "a file of tokens is damaged",
    because: """
      A line that is not understood could be a token that should have been refused, so no server \
      starts with it.
      """,
    remedy: "Write one token a line: the token, a user's name, and read, write or admin.")
  /// An address that cannot be listened on.
  public static let address = Rule(
    "Y08", "the address cannot be served",
    because:
      "Another program listens there, the port is reserved, or the address is not this host's.",
    remedy: "Give another --port or --host. Without --token-file only this machine is served.",
    status: .unavailable)

  /// A card whose front matter is no YAML.
  public static let card = Rule(
    "Y09", "the card's front matter is no YAML",
    because:
      "Clients read licence, tags and results from it; what they cannot read they pass over.",
    remedy: "Mend the lines between --- at the top of README.md.")

  /// Something that there is no room for.
  public static let fullDisk = Rule(
    "Y10", "the disk is full",
    because: "What is uploaded is kept in the Hub's folder; nothing half-written is.",
    remedy: "Make room on the disk of --root, for one with `birdie serve --collect-garbage`.",
    status: .inputOutput)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    foreignFolder, storage, digest, unknownXorb, path, inUse, tokens, address, card,
    fullDisk,
  ]
}

public import Diagnostics

/// The rules of chunks, xorbs and shards (X…).
public enum XetRules {
  /// Bytes that are no chunk, xorb or shard.
  public static let malformed = Rule(
    "X01", "no xorb or shard",
    because: "Lengths that contradict each other mean that a transfer was cut or altered.",
    remedy: "Upload again; a client that made it on purpose is broken.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [malformed]
}

public import Diagnostics

/// The rules of chunks, xorbs and shards (X…).
public enum XetRules {
  /// Chunks that do not fill a xorb.
  public static let xorbLength = Rule(
    "X01", "Xorb ends inside a chunk or has none",
    because: """
      Each chunk says how long it is, and together they fill a xorb. One that ends early was cut \
      on its way, and the chunks that are missing belong to somebody's file.
      """,
    remedy: "Upload it again; if it stays so, the client that made it is broken.")

  /// A chunk of an unknown kind.
  public static let chunkKind = Rule(
    "X02", "Chunk has an unknown version or compression",
    because: """
      A chunk that is stored in a way without a reader cannot be given back. Keeping it would \
      promise a file that nobody can rebuild.
      """,
    remedy: "Upload with a client that writes version 0 of the format: stored, LZ4 or grouped LZ4.")

  /// A chunk of a length that no chunker gives.
  public static let chunkLength = Rule(
    "X03", "Chunk has an impossible length",
    because: """
      Chunks have 1 byte to 128 KiB, and what is stored as it is has as many bytes as it stands \
      for. Other lengths would make a reader reserve more memory than any chunk needs.
      """,
    remedy: "Upload with a client that cuts files as the protocol says.")

  /// A chunk that does not decode.
  public static let chunkData = Rule(
    "X04", "Chunk does not decompress to the length it names",
    because: """
      The compressed data is damaged or made to expand. A file that is rebuilt from it would be \
      wrong without looking wrong.
      """,
    remedy: "Upload it again.")

  /// A xorb that is too large.
  public static let xorbSize = Rule(
    "X05", "Xorb is too large",
    because: """
      A xorb has at most 64 MiB and 8192 chunks, so that whoever checks one knows what memory and \
      time it takes.
      """,
    remedy: "Spread the chunks over several xorbs.", status: .refused)

  /// A footer that does not describe its xorb.
  public static let xorbFooter = Rule(
    "X06", "Xorb's footer does not describe it",
    because: """
      Readers that trust a footer look chunks up by it. One that names another hash or length \
      would give them other bytes than those who read the chunks themselves.
      """,
    remedy: "Upload the chunks without a footer.")

  /// Bytes that are no shard.
  public static let shardTag = Rule(
    "X07", "No shard, or one of an unknown version",
    because: "Bytes that are taken for a shard by mistake would describe files that do not exist.",
    remedy: "Upload with a client that writes version 2 of the format.")

  /// Counts that lead beyond the shard.
  public static let shardLength = Rule(
    "X08", "Shard ends before what its counts promise",
    because: """
      Counts say how many entries follow. A reader that trusts one beyond the end reserves memory \
      for nothing or reads what does not belong to the shard.
      """,
    remedy: "Upload it again; if it stays so, the client that made it is broken.")

  /// A file whose description contradicts itself.
  public static let shardFile = Rule(
    "X09", "Shard describes a file that cannot be",
    because: """
      A file is a sequence of runs of chunks. A run without chunks, or with more bytes than its \
      chunks can hold, or checks for some files and not for others, mean that its parts do not \
      belong together.
      """,
    remedy: "Upload again with a client that follows the protocol.")

  /// A xorb whose description contradicts itself.
  public static let shardXorb = Rule(
    "X10", "Shard describes a xorb that cannot be",
    because: """
      The chunks of a xorb lie one behind the other, and their lengths add up to its own. Where \
      they do not, others would find wrong bytes under a chunk's hash.
      """,
    remedy: "Upload again with a client that follows the protocol.")

  /// A footer that does not fit its shard.
  public static let shardFooter = Rule(
    "X11", "Shard's end is not what its header announces",
    because: """
      Nothing but the footer that the header announces may follow the last entry. Readers that \
      look there and readers that do not would see different shards.
      """,
    remedy: "Upload the shard without a footer.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    xorbLength, chunkKind, chunkLength, chunkData, xorbSize, xorbFooter, shardTag, shardLength,
    shardFile, shardXorb, shardFooter,
  ]
}

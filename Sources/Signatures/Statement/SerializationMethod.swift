/// How the files of a folder became a list of digests.
public enum SerializationMethod: Sendable, Equatable {
  /// One digest for each file.
  case files
  /// One digest for each run of so many bytes of a file; empty files have none.
  case shards(byteCount: Int)
}

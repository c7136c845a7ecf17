public import RecordFormats

/// A file of a record.
public struct RecordFile: Sendable, Equatable {
  /// Where it lies in the record's folder.
  public let path: RecordPath
  /// Its length.
  public let byteCount: Int
  /// What it is for.
  public let role: FileRole

  /// Describes a file, whose role its path tells.
  public init(path: RecordPath, byteCount: Int) {
    self.path = path
    self.byteCount = byteCount
    role = FileRole(path)
  }
}

/// Something in a record's folder that is no file of the record, and why.
public struct SkippedEntry: Sendable, Equatable {
  /// Its path as far as it can be shown.
  public let path: String
  /// Why it does not count, in words that follow the path.
  public let reason: String
}

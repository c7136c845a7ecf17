internal import Diagnostics
internal import Pickle

/// How much text the names and leaves of an object may take (P24): sharing lets a small file
/// describe many values, each below a long path.
struct FlatteningBudget {
  private var remainingVisits: Int
  private var remainingBytes: Int

  /// Longer names than this break what reads them, and repeated for each leaf they are a bomb.
  static let maximumNameBytes = 4096
  /// What an entry costs besides its text.
  private static let entryBytes = 32

  /// The budget for an input of `inputByteCount` bytes; a small one is never in need.
  init(inputByteCount: Int) {
    remainingVisits = max(1_000_000, inputByteCount)
    let (scaled, overflow) = inputByteCount.multipliedReportingOverflow(by: 64)
    remainingBytes = max(1 << 24, overflow ? Int.max : scaled)
  }

  /// Counts a value that is found at `path`.
  mutating func visit(_ path: String) throws(Rejection) {
    remainingVisits -= 1
    guard remainingVisits >= 0 else {
      throw Rejection(PickleRules.expansion, "the object stands for too many values")
    }
    guard path.utf8.count <= Self.maximumNameBytes else {
      throw Rejection(
        TorchRules.longName,
        "the name that begins with \(path.unicodeScalars.prefix(40).map(String.init).joined()) "
          + "is longer than \(Self.maximumNameBytes) bytes")
    }
    try spend(path.utf8.count + Self.entryBytes)
  }

  /// Counts `bytes` of text.
  mutating func spend(_ bytes: Int) throws(Rejection) {
    remainingBytes -= bytes
    guard remainingBytes >= 0 else {
      throw Rejection(
        PickleRules.expansion, "names and values take more than 64 times the file's bytes")
    }
  }
}

internal import Diagnostics
internal import Files

/// A small file beside a model's weights.
enum CompanionFile {
  /// Larger ones are something else.
  private static let mostBytes = 256 << 20

  /// The content; nil where there is no such file. Throws F01 and F04 for one that cannot be read,
  /// and M05 for one that is too large.
  static func content(_ path: String) throws(Rejection) -> [UInt8]? {
    guard FileIdentity(path: path) != nil else { return nil }
    let file = try FileMapping(path: path)
    guard file.byteCount <= mostBytes else {
      throw Rejection(
        MergeRules.model, "\(file.byteCount) bytes are too many for a file beside a model",
        at: Place(file: path))
    }
    return file.bytes.withUnsafeBytes { Array($0) }
  }
}

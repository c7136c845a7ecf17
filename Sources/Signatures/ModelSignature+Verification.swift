public import Diagnostics
internal import TensorCore

extension ModelSignature {
  /// What becomes of files that were not signed.
  public enum UnsignedFiles: Sendable {
    /// They are differences.
    case refused
    /// They are let be.
    case ignored
  }

  /// Reads a signature file; throws F01, and G02 where it is too large.
  static func read(_ path: String) throws(Rejection) -> [UInt8] {
    try KeyFile.read(
      path, atMost: SigstoreBundle.maximumByteCount, orRefuse: SignaturesRules.bundle
    ).bytes
  }

  /// Compares a folder with a signature file's content, once `key` is known to have made it.
  ///
  /// Signed files are compared even where a path is ignored; in other files and links the paths
  /// count that the signature leaves out, those that git keeps and `ignoring`. Throws G02 to G07
  /// before any file is opened, F01 where something cannot be read, F04 where it changes.
  public static func verify(
    folder: String, bundle: [UInt8], key: VerificationKey, ignoring: [String] = [],
    unsigned: UnsignedFiles = .refused,
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> SignatureVerification {
    let payload = try SigstoreBundle(parsing: bundle).verifiedPayload(by: key)
    let statement = try InTotoStatement(parsing: payload)
    let signed = try statement.files()
    let ignored = statement.ignoredPaths + IgnoredPaths.versionControl + ignoring
    let walk = try FolderWalk(folder, ignoring: IgnoredPaths(ignored, except: signed))
    var comparison = FolderComparison(walk, folder: folder, signed: signed, progress: progress)
    for file in signed { try comparison.compare(file) }
    if unsigned == .refused {
      comparison.findUnsigned(emptyFilesCount: statement.method == .files)
    }
    return SignatureVerification(
      statement: statement, fileCount: signed.count, differences: comparison.differences)
  }
}

public import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

/// A folder's signature: the statement of what is in it, and the bundle that vouches for it.
///
/// The same files as `model_signing` 1.x writes and reads with a key.
public struct ModelSignature: Sendable {
  /// The name that a signature has in its folder.
  public static let fileName = "model.sig"

  /// What was signed.
  public let statement: InTotoStatement
  /// The signature file.
  public let bundle: SigstoreBundle
  /// The bytes of all signed files.
  public let byteCount: Int

  /// Signs every file in a folder and in the folders in it, but what git keeps and the paths in
  /// `ignoring`, which are relative to it and noted in the signature.
  ///
  /// `unlisted` are left out too and not noted: what is gone when the signature is verified. Throws
  /// F01 where something cannot be read, F04 where it changes, G10 for links, devices and names
  /// that are no text.
  public static func sign(
    folder: String, key: SigningKey, ignoring: [String] = [], unlisted: [String] = [],
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> ModelSignature {
    let ignored = Set(IgnoredPaths.versionControl + ignoring.map(IgnoredPaths.plain))
    let walk = try FolderWalk(folder, ignoring: IgnoredPaths(ignored + unlisted))
    var hashing = FileHashing(folder: folder, total: walk.byteCount, progress: progress)
    var files: [SignedResource] = []
    var byteCount = 0
    for entry in walk.entries {
      try requireFile(entry, in: folder)
      let file = try hashing.open(entry.components)
      let digest = try hashing.digest(file, 0..<file.byteCount)
      byteCount += file.byteCount
      files.append(SignedResource(components: entry.components, range: nil, digest: digest))
    }
    let statement = InTotoStatement(
      model: try name(of: folder), ignoredPaths: ignored.sorted(), files: files)
    let bundle = try SigstoreBundle(signing: statement.encoded(), with: key)
    // What is signed has to be verifiable.
    guard bundle.encoded().count <= SigstoreBundle.maximumByteCount else {
      throw Rejection(
        SignaturesRules.unsignable, "\(files.count) files are too many for one signature",
        at: Place(file: folder))
    }
    return ModelSignature(statement: statement, bundle: bundle, byteCount: byteCount)
  }

  private static func requireFile(
    _ entry: FolderWalk.Entry, in folder: String
  ) throws(Rejection) {
    let problem: String
    switch entry.kind {
    case .file: return
    case .link: problem = "is a link"
    case .special: problem = "is no regular file"
    case .undecodable: problem = "has a name that is no UTF-8"
    }
    throw Rejection(
      SignaturesRules.unsignable, problem, at: Place(file: "\(folder)/\(entry.path)"))
  }

  /// The last part of the folder's path; of `.`, the one that it stands for.
  private static func name(of folder: String) throws(Rejection) -> String {
    guard let resolved = unsafe realpath(folder, nil) else {
      throw Rejection(FileRules.missingInput, systemError(), at: Place(file: folder))
    }
    defer { unsafe free(resolved) }
    let path = unsafe String(cString: resolved)
    return path.split(separator: "/").last.map(String.init) ?? "/"
  }
}

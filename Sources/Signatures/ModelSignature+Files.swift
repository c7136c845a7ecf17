public import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

extension ModelSignature {
  /// Where the signature of a folder lies unless it was put elsewhere.
  public static func path(in folder: String) -> String {
    folder.hasSuffix("/") ? folder + fileName : "\(folder)/\(fileName)"
  }

  /// Signs a folder as `sign(folder:key:ignoring:)` does and writes the signature, which is left
  /// out of what is signed where it lies in the folder.
  ///
  /// Throws F01 for a path to ignore that is not there, F02 where the output's name is taken: only
  /// a signature is ever replaced, and that if `overwrites` says so.
  public static func sign(
    folder: String, key: SigningKey, ignoring: [String], to path: String, overwrites: Bool,
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> ModelSignature {
    let target = OutputTarget(.file, path: path, overwrites: overwrites)
    try target.check()
    try requireSignature(at: path)
    for name in ignoring { try requirePresence(of: name, in: folder) }
    let signature = try sign(
      folder: folder, key: key,
      ignoring: ignoring + [location(of: path, in: folder)].compactMap(\.self),
      unlisted: [location(of: target.partialPath, in: folder)].compactMap(\.self),
      progress: progress)
    var file = try OutputFile(target)
    try file.append(signature.bundle.encoded())
    try file.commit()
    return signature
  }

  /// Compares a folder with the signature in a file, which is no difference itself; see
  /// `verify(folder:bundle:key:)`.
  public static func verify(
    folder: String, signature path: String, key: VerificationKey,
    unsigned: UnsignedFiles = .refused,
    progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> SignatureVerification {
    try locating(Place(file: path)) { () throws(Rejection) in
      try verify(
        folder: folder, bundle: read(path), key: key,
        ignoring: [location(of: path, in: folder)].compactMap(\.self), unsigned: unsigned,
        progress: progress)
    }
  }

  /// The path in the folder of a file that may not exist yet; nil where it lies elsewhere.
  private static func location(of path: String, in folder: String) -> String? {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { String(path[...$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard let root = resolved(folder), let parent = resolved(parent) else { return nil }
    let prefix = root == "/" ? "/" : root + "/"
    let whole = parent == "/" ? "/" + name : "\(parent)/\(name)"
    guard whole.utf8.starts(with: prefix.utf8) else { return nil }
    return String(whole.utf8.dropFirst(prefix.utf8.count))
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Throws F02 if something is there that is no signature: replacing it cannot be meant.
  private static func requireSignature(at path: String) throws(Rejection) {
    guard unsafe access(path, F_OK) == 0 else { return }
    do throws(Rejection) {
      _ = try SigstoreBundle(parsing: read(path))
    } catch {
      throw Rejection(
        FileRules.outputExists, "is there and no signature, so it stays",
        at: Place(file: path))
    }
  }

  /// A path that is mistyped would be signed, and nobody would notice before it changes.
  private static func requirePresence(of name: String, in folder: String) throws(Rejection) {
    let plain = IgnoredPaths.plain(name)
    guard SignedResource.components(of: plain) != nil else {
      throw Rejection(
        FileRules.missingInput, "\(name.debugDescription) is no path in the folder",
        at: Place(file: folder))
    }
    var status = stat()
    guard unsafe lstat("\(folder)/\(plain)", &status) == 0 else {
      throw Rejection(
        FileRules.missingInput, "there is no \(name.debugDescription) to ignore",
        at: Place(file: folder))
    }
  }
}

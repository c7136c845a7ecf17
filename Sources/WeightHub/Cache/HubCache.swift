internal import Diagnostics
internal import Glibc

/// The folder of downloads, in the layout that huggingface_hub shares: blobs by their digests, and
/// for each commit a folder of links to them.
struct HubCache: Sendable {
  /// The folder of a repository.
  let folder: String

  /// The downloads of a repository.
  init(_ root: String, _ repository: RepositoryAddress) {
    folder = "\(root)/\(repository.cacheName)"
  }

  /// Where a blob is, or will be.
  func blob(_ entityTag: String) -> String { "\(folder)/blobs/\(entityTag)" }

  /// Where a blob that is not whole yet is.
  func partialBlob(_ entityTag: String) -> String { blob(entityTag) + ".incomplete" }

  /// The folder of a commit's files.
  func snapshot(_ commit: String) -> String { "\(folder)/snapshots/\(commit)" }

  /// The commit that a revision stood for when it was last asked for.
  func commit(of revision: String) -> String? {
    if HubClient.isCommit(revision) { return revision }
    let text = SmallFile.text("\(folder)/refs/\(revision)")?.filter { !$0.isWhitespace }
    return text.flatMap { HubClient.isCommit($0) ? $0 : nil }
  }

  /// Notes what a revision stands for.
  func note(_ commit: String, of revision: String) throws(Rejection) {
    guard revision != commit else { return }
    let path = "\(folder)/refs/\(revision)"
    try CacheFailure.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    try SmallFile.write(commit, to: path)
  }

  /// Whether a blob is there, as long as it has to be.
  func hasBlob(_ file: RemoteFile) -> Bool {
    Self.byteCount(of: blob(file.entityTag)) == file.byteCount
  }

  /// Puts a link to a blob where a commit has its file.
  func link(_ file: RemoteFile, of commit: String) throws(Rejection) {
    let place = "\(snapshot(commit))/\(file.path)"
    try CacheFailure.makeFolder(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
    let depth = file.path.split(separator: "/").count + 1
    let target = String(repeating: "../", count: depth) + "blobs/\(file.entityTag)"
    guard symlink(target, place) != 0 else { return }
    guard errno == EEXIST else { throw CacheFailure.rejection("cannot link", place) }
    // What stands there already is kept if it is the same file; Python may have copied it.
    guard Self.byteCount(of: place) != file.byteCount else { return }
    guard unlink(place) == 0, symlink(target, place) == 0 else {
      throw CacheFailure.rejection("cannot link", place)
    }
  }

  /// The length of a file; nil where there is none.
  static func byteCount(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      ? Int(status.st_size) : nil
  }
}

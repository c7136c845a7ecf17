public import Diagnostics
internal import Files
internal import Glibc

/// A folder for files on their way to a Hub, which goes when it is let go.
public final class StagingFolder: Sendable {
  /// What is done with links in the place of files.
  enum Links {
    /// They stand for what they lead to: the user named them.
    case followed
    /// They are none of ours: what was found by going through a folder could lead anywhere.
    case refused
  }

  /// Where it is, for whoever has to remove it in a hurry.
  public let root: String
  /// The folder in it that the files are in.
  let path: String
  /// Held as long as the folder is in use, so that others do not take it for a leftover.
  private let lock: Int32

  /// Makes an empty folder. Throws L04.
  public init() throws(Rejection) {
    let parent = ScratchFile.folder
    Self.removeLeftovers(in: parent)
    var template = Array("\(parent)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Self.rejection(parent) }
    root = String(cString: made)
    lock = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // Signatures note the name of the folder that they are of.
    path = root + "/record"
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, mkdir(path, 0o700) == 0 else {
      throw Self.rejection(path)
    }
  }

  /// Puts a file under a name, as a second name where the disk allows it, else as a copy. What is
  /// under the name already stays: throws L02.
  func add(_ source: String, as name: String, _ links: Links) throws(Rejection) {
    let target = try place(for: name)
    let flags = links == .followed ? AT_SYMLINK_FOLLOW : 0
    if linkat(AT_FDCWD, source, AT_FDCWD, target, flags) == 0 { return }
    guard errno != EEXIST else {
      throw Rejection(PublishingRules.sameName, name, at: Place(file: source))
    }
    try copy(source, to: target, links)
  }

  /// Where a file of a name goes; its folders are made.
  func place(for name: String) throws(Rejection) -> String {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/" + part
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.rejection(folder) }
    }
    return "\(path)/\(name)"
  }

  /// Whether there is something under a name.
  func has(_ name: String) -> Bool { FileIdentity(path: "\(path)/\(name)") != nil }

  /// Where a file of a name goes that nothing has yet; throws L02.
  func newPlace(for name: String) throws(Rejection) -> String {
    guard !has(name) else {
      throw Rejection(PublishingRules.sameName, "\(name) is there already")
    }
    return try place(for: name)
  }

  /// Writes a text under a name, in the place of what is there: a second name of somebody's file is
  /// not written through.
  func write(_ bytes: [UInt8], to name: String) throws(Rejection) {
    let target = try place(for: name)
    unlink(target)
    guard let file = fopen(target, "wex") else { throw Self.rejection(target) }
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard fclose(file) == 0, isWritten else { throw Self.rejection(target) }
  }

  private func copy(_ source: String, to target: String, _ links: Links) throws(Rejection) {
    let flags = O_RDONLY | O_CLOEXEC | (links == .refused ? O_NOFOLLOW : 0)
    let descriptor = open(source, flags)
    guard descriptor >= 0 else { throw Self.rejection(source) }
    guard let input = fdopen(descriptor, "r") else {
      defer { close(descriptor) }
      throw Self.rejection(source)
    }
    defer { fclose(input) }
    guard let output = fopen(target, "wex") else { throw Self.rejection(target) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var count = fread(&buffer, 1, buffer.count, input)
    while count > 0, fwrite(buffer, 1, count, output) == count {
      count = fread(&buffer, 1, buffer.count, input)
    }
    let isWhole = count == 0 && ferror(input) == 0
    guard fclose(output) == 0, isWhole else { throw Self.rejection(target) }
  }

  static func rejection(_ path: String) -> Rejection {
    Rejection(PublishingRules.scratch, systemError(), at: Place(file: path))
  }

  deinit {
    FolderContent.remove(root)
    close(lock)
  }
}

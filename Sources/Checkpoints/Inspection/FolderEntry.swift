internal import Glibc

/// What a name in a folder stands for, as a scan sees it.
enum FolderEntry {
  /// A regular file, or a link to one.
  case file
  /// A folder that is no link.
  case folder
  /// Neither, and what it is.
  case other(String)

  /// Looks at what lies at `path`.
  init(path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      self = .other("it cannot be looked at")
      return
    }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    guard unsafe !isLink || stat(path, &status) == 0 else {
      self = .other("it is a link to nothing")
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = isLink ? .other("it is a link to a folder") : .folder
    default: self = .other("it is no regular file")
    }
  }
}

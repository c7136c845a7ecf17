import Diagnostics

/// Paths below a folder that a signature does not cover, each with everything in it.
struct IgnoredPaths {
  /// What version control keeps beside a model: it differs from clone to clone.
  static let versionControl = [".git", ".gitattributes", ".github", ".gitignore"]

  private var paths: Set<[ExactText]> = []
  /// What must be looked at all the same: the signed files and the folders around them.
  private var exceptions: Set<[ExactText]> = []

  /// The paths that stay below a folder; others cover nothing in it. `signed` files are covered by
  /// none.
  init(_ paths: some Sequence<String>, except signed: [SignedFile] = []) {
    for file in signed {
      let parts = file.components.map(ExactText.init)
      for count in 1...parts.count { exceptions.insert(Array(parts.prefix(count))) }
    }
    for path in paths {
      guard let parts = SignedResource.components(of: Self.plain(path)) else { continue }
      self.paths.insert(parts.map(ExactText.init))
    }
  }

  /// Whether a path or a folder around it is ignored.
  func covers(_ components: [String]) -> Bool {
    let parts = components.map(ExactText.init)
    guard !exceptions.contains(parts) else { return false }
    return (1...parts.count).contains { paths.contains(Array(parts.prefix($0))) }
  }

  /// A path without slashes at its end and without dots that mean nothing, as people type it.
  static func plain(_ path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).compactMap { String($0) }
      .filter { $0 != "." }.joined(separator: "/")
  }
}

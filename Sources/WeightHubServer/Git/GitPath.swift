internal import Diagnostics

/// A path inside a repository, whose parts can stand in a tree of git and on Linux's file systems,
/// and lead nowhere else.
struct GitPath: Sendable, Hashable {
  /// The names of the folders and of the file.
  let parts: [String]

  /// The path, with slashes.
  var text: String { parts.joined(separator: "/") }

  /// A path of a file; throws Y05 for one that is empty, absolute, leads elsewhere or is too long.
  init(_ text: String) throws(Rejection) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard text.utf8.count <= 4096, parts.allSatisfy(Self.isName) else {
      throw Rejection(WeightHubServerRules.path, "\(text.prefix(200).debugDescription)")
    }
    self.parts = parts
  }

  /// Whether a name can be a file's or a folder's.
  private static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= 255 && name != "." && name != ".."
      && name.lowercased() != ".git"
      && !bytes.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
  }
}

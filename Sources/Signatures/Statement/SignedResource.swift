/// One digest of a statement: a file, or a run of its bytes.
public struct SignedResource: Sendable, Equatable {
  /// The path below the folder, part by part.
  public let components: [String]
  /// The bytes that were digested; nil for the whole file.
  public let range: Range<Int>?
  /// The SHA-256.
  public let digest: [UInt8]

  /// The path below the folder.
  public var path: String { components.joined(separator: "/") }
}

extension SignedResource {
  /// The parts of a path that stays in the folder; nil where it does not, or where another path
  /// leads to the same file.
  static func components(of path: String) -> [String]? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String($0) ?? "" }
    let isPlain = parts.allSatisfy { part in
      part != "" && part != "." && part != ".." && !part.utf8.contains(0)
    }
    return isPlain ? parts : nil
  }
}

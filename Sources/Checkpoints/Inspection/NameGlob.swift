internal import Glibc

/// A shell pattern over tensor names: `*` and `?` also match dots, `[a-z]` a set of letters.
public struct NameGlob: Sendable {
  private let pattern: String

  /// A pattern; every text is one.
  public init(_ pattern: String) { self.pattern = pattern }

  /// Whether the whole of `name` matches.
  public func matches(_ name: String) -> Bool { unsafe fnmatch(pattern, name, 0) == 0 }
}

extension [NameGlob] {
  /// Whether any pattern matches, or there is none to match.
  public func admit(_ name: String) -> Bool { isEmpty || contains { $0.matches(name) } }
}

internal import Glibc

/// Paths that a shell pattern stands for.
public enum PathPattern {
  /// Whether a text has a character that stands for others.
  public static func isPattern(_ text: String) -> Bool {
    text.utf8.contains { "*?[".utf8.contains($0) }
  }

  /// The paths that match, in the C library's order; none where nothing does.
  public static func matches(of pattern: String) -> [String] {
    var found = glob_t()
    // The matches are copied before the C library frees them.
    defer { globfree(&found) }
    guard Glibc.glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }

  /// Paths in the order that a reader expects: digits in them count as numbers, so that `step_900`
  /// comes before `step_1000`.
  public static func inNaturalOrder(_ paths: [String]) -> [String] {
    paths.map { (key: parts($0), path: $0) }.sorted { first, second in
      for (a, b) in zip(first.key, second.key) where a != b { return a < b }
      return first.key.count == second.key.count
        ? first.path.utf8.lexicographicallyPrecedes(second.path.utf8)
        : first.key.count < second.key.count
    }.map(\.path)
  }

  /// Runs of digits, without zeros in front, and single other bytes.
  private static func parts(_ path: String) -> [Part] {
    var parts: [Part] = []
    for byte in path.utf8 {
      guard 0x30...0x39 ~= byte else {
        parts.append(.byte(byte))
        continue
      }
      var digits: [UInt8] = []
      if case .number(let before) = parts.last {
        digits = before
        parts.removeLast()
      }
      if digits == [0x30] { digits = [] }
      parts.append(.number(digits + [byte]))
    }
    return parts
  }

  private enum Part: Comparable {
    case number([UInt8])
    case byte(UInt8)

    static func < (first: Part, second: Part) -> Bool {
      switch (first, second) {
      case (.number(let a), .number(let b)):
        a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
      case (.byte(let a), .byte(let b)): a < b
      case (.number, .byte(let b)): 0x30 < b
      case (.byte(let a), .number): a < 0x30
      }
    }
  }
}

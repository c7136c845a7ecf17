internal import Diagnostics
internal import Files

/// The files that a pattern names, as the challenge's scripts pick them.
enum ShardPaths {
  /// What the files hold.
  enum Content {
    case tokens
    case byteCounts
  }

  /// The paths that match a shell pattern, sorted byte by byte; throws V04 where none does.
  ///
  /// Sidecars match the pattern of their tokens too: what has `_bytes_` in its name is one.
  static func matching(_ pattern: String, _ content: Content) throws(Rejection) -> [String] {
    let matches = PathPattern.matches(of: pattern)
    let paths = matches.filter { path in
      let isSidecar = path.utf8[nameStart(path)...].firstRange(of: "_bytes_".utf8) != nil
      return isSidecar == (content == .byteCounts)
    }
    guard !paths.isEmpty else {
      let others = matches.isEmpty ? "nothing matches" : "\(matches.count) other files match"
      throw Rejection(LanguageModelRules.noShards, others, at: Place(file: pattern))
    }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Where the sidecar of a shard would lie: `x_val_000000.bin` has `x_val_bytes_000000.bin`.
  static func sidecar(of shard: String) -> String {
    let name = shard.utf8[nameStart(shard)...]
    guard let mark = name.lastIndex(of: UInt8(ascii: "_")) else { return shard + "_bytes_" }
    return String(shard[...mark]) + "bytes_" + shard[shard.utf8.index(after: mark)...]
  }

  /// Where the name of a file begins, behind its folders.
  private static func nameStart(_ path: String) -> String.Index {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map(path.utf8.index(after:)) ?? path.startIndex
  }
}

internal import Glibc

/// Patterns of paths, as `.gitignore` and `.gitattributes` write them (gitignore(5)).
struct GitPatterns: Sendable {
  private struct Pattern: Sendable {
    let text: String
    let isAnchored: Bool
    let isFolder: Bool
    let isException: Bool
  }
  private let patterns: [Pattern]
  /// More than these nobody writes; every file of a commit is held against each.
  private static let mostPatterns = 1000

  /// The patterns of a `.gitignore`.
  init(ignore text: String) {
    patterns = Array(
      text.split(whereSeparator: \.isNewline).lazy.compactMap { Self.pattern($0) }
        .prefix(Self.mostPatterns))
  }

  /// The patterns of a `.gitattributes` that make files large ones.
  init(largeIn text: String) {
    patterns = text.split(whereSeparator: \.isNewline).prefix(Self.mostPatterns).compactMap {
      line in
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !first.hasPrefix("#") else { return nil }
      if words.contains("filter=lfs") { return Self.pattern(first) }
      // A later line may take the filter back.
      let unsets = words.contains("-filter") || words.contains("!filter")
      return unsets ? Self.pattern("!" + first) : nil
    }
  }

  /// Whether a path, or a folder above it, is meant: the last pattern that matches decides.
  func match(_ path: GitPath) -> Bool {
    (1...path.parts.count).contains { count in
      let isFolder = count < path.parts.count
      let prefix = path.parts.prefix(count)
      let last = patterns.last { pattern in
        guard isFolder || !pattern.isFolder else { return false }
        let subject = pattern.isAnchored ? prefix.joined(separator: "/") : prefix.last ?? ""
        return Self.matches(subject, pattern.text)
      }
      return last.map { !$0.isException } ?? false
    }
  }

  private static func pattern(_ line: some StringProtocol) -> Pattern? {
    var text = line.reversed().drop { $0 == " " || $0 == "\r" }.reversed().map(String.init).joined()
    guard !text.isEmpty, !text.hasPrefix("#"), text.utf8.count <= 1000 else { return nil }
    let isException = text.hasPrefix("!")
    if isException { text.removeFirst() }
    let isFolder = text.hasSuffix("/")
    if isFolder { text.removeLast() }
    // A slash anywhere but at the end ties a pattern to the top.
    let isAnchored = text.contains("/")
    if text.hasPrefix("/") { text.removeFirst() }
    guard !text.isEmpty else { return nil }
    return Pattern(
      text: text, isAnchored: isAnchored, isFolder: isFolder, isException: isException)
  }

  /// `**` between slashes stands for any folders; everything else is fnmatch's.
  private static func matches(_ subject: String, _ pattern: String) -> Bool {
    matches(
      subject.split(separator: "/").map(String.init),
      pattern.split(separator: "/").map(String.init))
  }

  /// Where a part does not match, the last `**` takes one part more: no other choice can help, so
  /// the time grows with the product of the lengths at most.
  private static func matches(_ subject: [String], _ pattern: [String]) -> Bool {
    var (place, part) = (0, 0)
    var retry: (place: Int, part: Int)?
    while place < subject.count {
      if part < pattern.count, pattern[part] == "**" {
        retry = (place, part)
        part += 1
        // At the end it stands for what is inside, not for the folder itself.
        if part == pattern.count { return true }
      } else if part < pattern.count, fnmatch(pattern[part], subject[place], FNM_PATHNAME) == 0 {
        place += 1
        part += 1
      } else if let last = retry {
        retry = (last.place + 1, last.part)
        (place, part) = (last.place + 1, last.part + 1)
      } else {
        return false
      }
    }
    return part == pattern.count
  }

  /// What a new repository says of large files: weights and archives are.
  static let defaultAttributes = [
    "7z", "arrow", "avro", "bin", "birdie", "bz2", "ckpt", "ftz", "gguf", "gz", "h5", "joblib",
    "lz4", "mlmodel", "model", "msgpack", "npy", "npz", "onnx", "ot", "parquet", "pb", "pickle",
    "pkl", "pt", "pth", "ptz", "rar", "safetensors", "tar", "tflite", "tgz", "wasm", "xz", "zip",
    "zst",
  ].map { "*.\($0) filter=lfs diff=lfs merge=lfs -text\n" }.joined()
}

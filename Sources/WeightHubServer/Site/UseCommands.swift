internal import Pages

/// The commands that bring files to whoever reads the page.
struct UseCommands {
  let name: RepositoryName
  let revision: String
  let address: String
  /// The folder that is wanted; all files without one.
  var path = ""

  /// Nothing in a command can become anything but the word that it is.
  static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._/@:+=".utf8.contains(byte)
    }
    guard !isPlain || word.isEmpty || word.hasPrefix("-") else { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// A text of Python.
  static func literal(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": literal += "\\" + String(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: literal += "?"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }

  private var pattern: String { path.isEmpty ? "" : path + "/*" }
  private var isMain: Bool { revision == "main" }

  private var pull: String {
    "birdie pull \(name.path)" + (isMain ? "" : " --revision \(Self.quoted(revision))")
      + (path.isEmpty ? "" : " \\\n  --include \(Self.quoted(pattern))")
  }

  private var download: String {
    let kind = name.kind == .model ? "" : " --repo-type \(name.kind.rawValue)"
    return "hf download \(name.id)\(kind)" + (isMain ? "" : " --revision \(Self.quoted(revision))")
      + (path.isEmpty ? "" : " \\\n  --include \(Self.quoted(pattern))")
  }

  private var python: String {
    let arguments =
      (name.kind == .model ? [] : ["repo_type=\(Self.literal(name.kind.rawValue))"])
      + (isMain ? [] : ["revision=\(Self.literal(revision))"])
      + (path.isEmpty ? [] : ["allow_patterns=\(Self.literal(pattern))"])
    return """
      from huggingface_hub import snapshot_download
      path = snapshot_download(
          \(([Self.literal(name.id)] + arguments).joined(separator: ",\n    ")))
      """
  }

  var markup: [Markup] {
    [
      SiteParts.command("export HF_ENDPOINT=\(Self.quoted(address))"),
      SiteParts.command(pull), SiteParts.command(download), SiteParts.command(python),
    ]
  }
}

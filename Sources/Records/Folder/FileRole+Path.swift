public import RecordFormats

extension FileRole {
  /// Guesses from a path: endings first, then words.
  public init(_ path: RecordPath) {
    let name = path.name.lowercased()
    let isTop = path.components.count == 1
    self =
      switch true {
      case isTop && name == "readme.md": .readme
      case isTop && name == "manifest.json": .manifest
      case name.hasPrefix("submission") && name.hasSuffix(".json"): .submission
      case name == "requirements.txt": .requirements
      case name.hasSuffix(".sig"): .signature
      default: Self.byEnding(name, path)
      }
  }

  private static func byEnding(_ name: String, _ path: RecordPath) -> FileRole {
    let ending = name.split(separator: ".").last.map(String.init) ?? ""
    switch ending {
    case "log": return .log
    case "txt": return isLog(name, path) ? .log : .other
    case "py": return name.hasPrefix("train") && path.components.count == 1 ? .script : .code
    case "sh", "c", "cc", "cpp", "cu", "cuh", "h", "swift", "rs", "ipynb": return .code
    case "pt", "pth", "safetensors", "npz", "npy", "ckpt": return .weights
    // Token shards end so too.
    case "bin": return name.hasPrefix("pytorch_model") ? .weights : .other
    case "ptz", "birdie": return .artifact
    case "model", "vocab", "tiktoken": return .tokenizer
    default: return name == "tokenizer.json" ? .tokenizer : .other
    }
  }

  /// Some scripts write `train_v0.txt`, `ternary_log_42.txt` or `logs/ID.txt`.
  private static func isLog(_ name: String, _ path: RecordPath) -> Bool {
    name.hasPrefix("train") || name.contains("log")
      || path.components.dropLast().contains { $0.lowercased().hasPrefix("log") }
  }
}

import Checkpoints
import Glibc

extension OutputFormat {
  /// The format that a path asks for by its ending; a folder holds shards of safetensors.
  static func inferred(from path: String) -> OutputFormat? {
    if isFolder(path) { return .safetensors }
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "safetensors": return .safetensors
    case "pt", "pth", "bin", "ckpt": return .pytorch
    case "birdie": return .birdie
    default: return nil
    }
  }

  /// The folder that a model's small files lie in: the model itself, if it is one.
  static func folder(of model: String) -> String {
    if isFolder(model) { return model }
    return model.lastIndex(of: "/").map { String(model[..<$0]) } ?? "."
  }

  /// The format of a model that is written as one file; nil for a folder, which a path is that ends
  /// in no format's name.
  static func ofModelFile(_ path: String) -> OutputFormat? {
    isFolder(path) ? nil : inferred(from: path)
  }

  /// Whether a path is a folder, or is written as one.
  static func isFolder(_ path: String) -> Bool {
    if path.hasSuffix("/") { return true }
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

extension ConversionOptions {
  /// How a model is written to a path: as one file, or as a folder with shards of a size.
  init(forModelAt path: String, shardSize: ByteSize? = nil, overwrites: Bool) {
    self.init()
    self.overwrites = overwrites
    if let format = OutputFormat.ofModelFile(path) {
      self.format = format
    } else {
      maximumShardByteCount = shardSize?.byteCount ?? 5_000_000_000
    }
  }
}

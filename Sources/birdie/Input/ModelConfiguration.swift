import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import Glibc
import JSON
import LanguageModels
import TensorCore

/// The configuration of a model: the file that was named, what the weights' own file notes, or the
/// `config.json` beside it.
struct ModelConfiguration {
  /// What the file says.
  let json: JSONValue
  /// Where it was read.
  let path: String

  /// The configuration that was named, else the one that the checkpoint notes, else the one beside
  /// it, else the one that is to stand in for it; nil if there is none.
  ///
  /// Throws F01 where it cannot be read and A02 where it is no JSON.
  static func read(
    _ named: String?, of checkpoint: Checkpoint, orElse other: String? = nil
  ) throws -> ModelConfiguration? {
    if let named { return try ModelConfiguration(path: named) }
    if let json = checkpoint.notes.architecture {
      return ModelConfiguration(json: json, path: checkpoint.path)
    }
    let neighbour = neighbour(of: checkpoint.path)
    let isThere = FileIdentity(path: neighbour) != nil
    return try (isThere ? neighbour : other).map(Self.init(path:))
  }

  private init(json: JSONValue, path: String) { (self.json, self.path) = (json, path) }

  /// Reads a file; throws F01 and A02.
  init(path: String) throws {
    let file = try FileMapping(path: path)
    json = try locating(Place(file: path)) { () throws(Rejection) in
      try JSONValue(parsing: file.bytes, orRefuse: ArchitectureRules.configuration)
    }
    guard json.members != nil else {
      throw Rejection(
        ArchitectureRules.configuration, "no JSON object of keys and values",
        at: Place(file: path))
    }
    self.path = path
  }

  /// In the folder, if the model is one, else in the folder that it lies in.
  private static func neighbour(of model: String) -> String {
    var status = stat()
    if stat(model, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return model + (model.hasSuffix("/") ? "" : "/") + "config.json"
    }
    guard let slash = model.lastIndex(of: "/") else { return "config.json" }
    return model[...slash] + "config.json"
  }
}

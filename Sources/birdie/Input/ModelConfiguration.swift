import ArgumentParser
import Diagnostics
import Glibc
import JSON
import LanguageModels
import TensorCore

/// The configuration of a model: the file that was named, or the `config.json` beside the weights.
struct ModelConfiguration {
  /// What the file says.
  let json: JSONValue
  /// Where it was read.
  let path: String

  /// The configuration that was named, else the one beside the model, else the one that is to stand
  /// in for it; nil if there is none. F01 where it cannot be read, A02 where it is no JSON.
  static func read(
    _ named: String?, beside model: String, orElse other: String? = nil
  ) throws -> ModelConfiguration? {
    let neighbour = neighbour(of: model)
    let isThere = FileIdentity(path: neighbour) != nil
    return try (named ?? (isThere ? neighbour : other)).map(Self.init)
  }

  private init(path: String) throws {
    let file = try FileMapping(path: path)
    do throws(JSONDefect) {
      json = try JSONValue(parsing: file.bytes)
    } catch {
      throw Rejection(
        ArchitectureRules.configuration, "not JSON: \(error)",
        at: Place(file: path, offset: error.offset))
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

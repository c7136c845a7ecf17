import ArgumentParser
import Diagnostics
import JSON
import LanguageModels
import TensorCore

/// The configuration of a model: the file that was named, or the `config.json` beside the weights.
enum ModelConfiguration {
  /// What the file says; nil if none was named and none lies beside. F01 where it cannot be read,
  /// A02 where it is no JSON.
  static func read(_ named: String?, beside model: String) throws -> JSONValue? {
    let path = named ?? Self.neighbour(of: model)
    if named == nil, FileIdentity(path: path) == nil { return nil }
    let file = try FileMapping(path: path)
    let value: JSONValue
    do throws(JSONDefect) {
      value = try JSONValue(parsing: file.bytes)
    } catch {
      throw Rejection(
        ArchitectureRules.configuration, "not JSON: \(error)",
        at: Place(file: path, offset: error.offset))
    }
    guard value.members != nil else {
      throw Rejection(
        ArchitectureRules.configuration, "no JSON object of keys and values",
        at: Place(file: path))
    }
    return value
  }

  private static func neighbour(of model: String) -> String {
    guard let slash = model.lastIndex(of: "/") else { return "config.json" }
    return model[...slash] + "config.json"
  }
}

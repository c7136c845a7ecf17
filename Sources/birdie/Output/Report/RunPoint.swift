import Diagnostics
import Files
import JSON
import LanguageModels
import Recipes
import TensorCore

/// What a run came to, as its report tells.
struct RunPoint {
  /// The folder of the report, or the artifact.
  let name: String
  /// The bits of artifact for each parameter.
  let bits: Double
  /// The mean divergence; nil without tokens.
  let divergence: Double?
  /// The mean ratio of signal to noise; nil without noise.
  let signalToNoise: Double?

  /// The run of this page.
  init(_ verification: Verification, name: String) {
    self.name = name
    bits = verification.bitsPerParameter
    divergence = verification.evaluation?.evaluation.closeness?.meanDivergence
    signalToNoise = verification.meanSignalToNoise
  }

  /// Reads a `report.json`; throws F01, and U01 where it is none.
  init(path: String) throws {
    let file = try FileMapping(path: path)
    let json = try? JSONValue(parsing: file.bytes)
    guard let json, let bits = json["bits_per_parameter"]?.double else {
      throw Rejection(
        CommandRules.usage, "--compare: this is not the report.json of a run",
        at: Place(file: path))
    }
    let parts = path.split(separator: "/")
    name = String(parts.dropLast().last ?? parts.last ?? "run")
    self.bits = bits
    divergence = json["evaluation"]?["reference"]?["kl_mean"]?.double
    signalToNoise = json["sqnr_db_mean"]?.double
  }
}

extension JSONValue {
  /// The number, if this is one.
  fileprivate var double: Double? {
    if case .number(let value) = self { value } else { integer.map(Double.init) }
  }
}

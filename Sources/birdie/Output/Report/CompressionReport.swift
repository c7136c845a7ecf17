import Checkpoints
import Diagnostics
import Files
import JSON
import Recipes
import TensorCore

/// A folder with a page for people and the same for scripts.
struct CompressionReport {
  let target: OutputTarget
  /// What else was tried.
  let others: [RunPoint]

  private static let (page, document) = ("index.html", "report.json")

  /// Writes the folder; throws what reading the artifact once more and writing throw.
  func write(_ report: VerificationReport, weights: [QuantizedWeight] = []) throws {
    let profile = try CompressionProfile(
      report.verification, of: report.artifact, against: report.reference, weights: weights)
    let name = target.path.split(separator: "/").last.map(String.init) ?? "report"
    let runs = [RunPoint(report.verification, name: name)] + others
    let folder = try OutputFolder(target)
    try Self.write(
      Array(ReportPage(report: report, profile: profile, runs: runs).html.utf8),
      to: folder.path(of: Self.page))
    try Self.write(
      Document.bytes(members(report, profile)), to: folder.path(of: Self.document))
    try folder.commit([Self.page, Self.document], removing: [])
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    var file = try OutputFile(path: path, overwrite: true)
    try file.append(bytes)
    try file.commit()
  }

  /// What `verify --json` prints, with more about each tensor.
  private func members(
    _ report: VerificationReport, _ profile: CompressionProfile
  ) -> [(key: String, value: JSONValue)] {
    let tensors = profile.tensors.map { tensor in
      JSONValue.object(
        tensor.cost.members + [
          ("layer", .string(tensor.layer)), ("method", JSONValue(tensor.method)),
          ("order_0_bits_per_weight", JSONValue(tensor.orderZeroBitsPerWeight)),
          ("cost_nats", JSONValue(tensor.weight?.cost)),
          ("step_factor", JSONValue(tensor.weight?.stepFactor)),
        ])
    }
    let errors = profile.verification.compoundErrors.map { error -> JSONValue in
      [
        "layer": .string(error.layer), "repetition": .integer(error.repetition),
        "relative_error": JSONValue(error.relativeSquare.squareRoot()),
        "sqnr_db": JSONValue(error.signalToNoise.isFinite ? error.signalToNoise : nil),
      ]
    }
    return report.members.map { $0.key == "tensors" ? ($0.key, .array(tensors)) : $0 }
      + [("compound_error", .array(errors))]
  }
}

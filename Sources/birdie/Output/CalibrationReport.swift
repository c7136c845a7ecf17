import Diagnostics
import Glibc
import JSON
import LanguageModels
import Recipes
import TensorOps

/// What a calibration gathered, or would gather.
struct CalibrationReport {
  /// The input of one or more layers.
  struct Layer {
    let weights: [String]
    let width: Int
    /// How many rows were seen; nil before any was.
    var rowCount: Int?
    var meanSquare: Double?
    var maximum: Double?
  }

  private let path: String
  private let tokenCount: Int
  private let sequenceLength: Int
  private let warnings: WarningReport
  var layers: [Layer]
  /// The length of the file; of the second moments alone before it is written.
  var byteCount: Int
  /// How long it took; nil for a rehearsal.
  var seconds: Double?

  init(
    _ plan: CalibrationJob.Plan, path: String, _ sequenceLength: Int, _ warnings: WarningReport
  ) {
    self.path = path
    self.sequenceLength = sequenceLength
    self.warnings = warnings
    tokenCount = plan.tokenCount
    layers = plan.layers.groups.map { Layer(weights: $0.weights, width: $0.width) }
    byteCount = plan.layers.byteCount
  }

  func print(_ options: OutputOptions) {
    warnings.print(unless: !options.isTalkative)
    let achievement = seconds.map { _ in "\(path) was written and is whole" }
    if options.json { return Document.print(members, after: achievement) }
    if !options.quiet { Data.write(text(Ink(for: STDOUT_FILENO)), after: achievement) }
  }

  private func text(_ ink: Ink) -> String {
    var table = Table([
      .left("weights"), .right("inputs"), .right("rows"), .right("mean square"), .right("largest"),
    ])
    for layer in layers {
      table.add([
        layer.weights.joined(separator: " "), "\(layer.width)",
        layer.rowCount.map(Quantity.grouped) ?? "",
        layer.meanSquare.map(Quantity.measured) ?? "",
        layer.maximum.map(Quantity.measured) ?? "",
      ])
    }
    var text = table.rendered(with: ink)
    text += seconds == nil ? "would write" : "wrote"
    text += " \(layers.count) second moments, \(Quantity.bytes(byteCount)), of "
    text += "\(Quantity.grouped(tokenCount)) tokens to \(ink.bold(path.printable))"
    if let seconds {
      let rate = Quantity.fixed(Double(tokenCount) / max(seconds, 1e-9), digits: 0)
      text += " in \(Quantity.seconds(seconds)), \(rate) tokens/s"
    }
    return text + "\n"
  }

  private var members: KeyValuePairs<String, JSONValue> {
    [
      "output": ["path": .string(path), "bytes": .integer(byteCount)],
      "dry_run": .bool(seconds == nil), "tokens": .integer(tokenCount),
      "sequence_length": .integer(sequenceLength),
      "layers": .array(
        layers.map { layer in
          [
            "weights": .array(layer.weights.map(JSONValue.string)),
            "inputs": .integer(layer.width),
            "rows": layer.rowCount.map(JSONValue.integer) ?? .null,
            "mean_square": JSONValue(layer.meanSquare),
            "abs_max": JSONValue(layer.maximum),
          ]
        }),
      "seconds": JSONValue(seconds), "warnings": warnings.json,
    ]
  }
}

extension CalibrationReport.Layer {
  init(_ layer: Calibration.Layer) {
    let statistics = layer.statistics
    let elementCount = Double(max(statistics.rowCount * statistics.width, 1))
    self.init(
      weights: layer.weights, width: statistics.width, rowCount: statistics.rowCount,
      meanSquare: statistics.squareSum / elementCount,
      maximum: Double(statistics.maxima.max() ?? 0))
  }
}

import ArgumentParser
import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Quantization
import Recipes
import TensorCore

/// `birdie quantize`: codes in place of weights.
struct Quantize: Verb {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Quantizes a checkpoint's weights, weighed by what its layers read.")

  static let examples = [
    "birdie quantize final_model.pt out.birdie --calibrate 'fineweb_train_*.bin'",
    "birdie quantize final_model.pt final_model.int8.ptz --export int8",
  ]

  @Argument(help: "The checkpoint to read.", completion: .file())
  var input: String

  @Argument(help: "The file to write.", completion: .file())
  var result: String

  @Option(help: "The method for every matrix.")
  var method = "trellis"

  @Option(help: ArgumentHelp("An option of the method.", valueName: "key=value"))
  var option: [String] = []

  @Option(help: ArgumentHelp("The method of the tensors that match: GLOB=METHOD,key=value,…"))
  var tensors: [String] = []

  @Option(
    help: ArgumentHelp(
      "Write what a training script would: \(Self.exportHelp).", valueName: "script"))
  var export: String?

  @Option(
    help: ArgumentHelp("The token shards to calibrate on; quote the pattern.", valueName: "glob"))
  var calibrate: String?

  @Option(help: "How many tokens to calibrate on.")
  var calibrationTokens = 131_072

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Flag(help: "Replace an existing output.")
  var force = false

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    machine.apply()
    let checkpoint = try Checkpoint.open(input, leniency: leniency.rules)
    if let export {
      guard let recipe = TrainingExports.all.first(where: { $0.id == export }) else {
        throw ValidationError("--export \(export): choose one of \(Self.exportHelp)")
      }
      try recipe.write(checkpoint, to: result, overwrites: force)
      return
    }
    var statistics: [String: InputStatistics] = [:]
    if let calibrate {
      let configuration = try ModelConfiguration.read(arch, of: checkpoint)
      let model = try LoadedModel(checkpoint, configuration: configuration?.json)
      var job = CalibrationJob(tokenPattern: calibrate)
      job.maximumTokenCount = calibrationTokens
      statistics = InputStatistics.of(try job.run(model, job.plan(for: model)))
    }
    var entries = [
      QuantizationRecipe.Entry(pattern: "*", method: method, options: try option.map(Self.option))
    ]
    for text in tensors {
      let parts = text.split(separator: "=", maxSplits: 1)
      let words = parts[1].split(separator: ",").map(String.init)
      entries.append(
        .init(
          pattern: String(parts[0]), method: words[0],
          options: try words.dropFirst().map(Self.option)))
    }
    let job = try QuantizationJob(checkpoint, QuantizationRecipe(entries), statistics: statistics)
    let quantized = try job.run()
    if result.hasSuffix(".ptz") {
      try quantized.writeArtifact(of: .int8Clean, to: result, overwrites: force)
      return
    }
    var options = ConversionOptions()
    options.format = result.hasSuffix(".birdie") ? .birdie : .safetensors
    options.codes = .keep
    options.overwrites = force
    _ = try quantized.convert(to: result, options)
  }

  private static var exportHelp: String {
    TrainingExports.all.map(\.id).joined(separator: ", ")
  }

  private static func option(_ text: String) throws -> (key: String, value: JSONValue) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw ValidationError("--option \(text): give key=value") }
    let bytes = Array(parts[1].utf8)
    return (parts[0], (try? JSONValue(parsing: bytes.span.bytes)) ?? .string(parts[1]))
  }
}

import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import TensorCore

/// `birdie convert`: the same weights in another format.
struct Convert: Verb {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Writes a checkpoint in another format, without loading it into memory.",
    discussion: """
      Bytes that need no change are copied as they are; checksums of the input are verified on the \
      way, and the output appears under its name only when it is whole. Compressed artifacts are \
      decoded unless --codes keep.
      """)

  static let examples = [
    "birdie convert model.pt model.safetensors",
    "birdie convert model.safetensors half.pt --dtype bf16",
    "birdie convert final_model.int8.ptz model.safetensors",
    "birdie convert final_model.int8.ptz model.birdie --decoder decode.py",
    "birdie convert big.pt shards/ --max-shard-size 5GB --dry-run",
    "birdie convert model.pt out.safetensors --tensors 'blocks.*' --rename 's/^blocks/layers/'",
  ]

  @Argument(help: "The checkpoint to read.", completion: .file())
  var input: String

  @Argument(help: "The file to write; a folder for shards.", completion: .file())
  var result: String

  @OptionGroup var conversion: ConversionFlags
  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws { _ = try conversion.options(for: result) }

  func run() throws {
    machine.apply()
    var options = try conversion.options(for: result)
    options.notes = try conversion.notes(of: input)
    // Compressed artifacts are decoded when they are opened, which is most of the time.
    let progress = ProgressLine("converting", total: 0, isShown: output.isTalkative)
    let checkpoint = try Checkpoint.open(input, leniency: leniency.rules)
    let plan = try checkpoint.conversionReport(to: result, options)
    let total = plan.items.reduce(0) { $0 + $1.byteCount }
    guard !conversion.dryRun else {
      return report(checkpoint, plan, options, seconds: nil)
    }
    let interruption = Interruption(removing: plan.partialPaths, asJSON: output.json)
    defer {
      progress.finish()
      interruption.end()
    }
    let done = try checkpoint.convert(to: result, options) { event in
      interruption.follow(event.stage)
      progress.update(done: event.byteCount, of: total)
    }
    progress.finish()
    report(checkpoint, done, options, seconds: progress.elapsed, decoder: try writtenDecoder())
  }

  /// Writes the decoder that was asked for, once the artifact is there.
  private func writtenDecoder() throws -> PythonDecoder? {
    guard let path = conversion.decoder,
      let decoder = try Checkpoint.open(result).pythonDecoder()
    else { return nil }
    var file = try OutputFile(path: path, overwrite: conversion.force)
    try file.append(Array(decoder.source.utf8))
    try file.commit()
    return decoder
  }

  private func report(
    _ checkpoint: Checkpoint, _ done: ConversionReport, _ options: ConversionOptions,
    seconds: Double?, decoder: PythonDecoder? = nil
  ) {
    ConversionSummary(
      input: checkpoint, path: result, format: options.format, conversion: done,
      seconds: seconds, decoder: decoder, decoderPath: conversion.decoder
    ).print(output)
  }
}

import Checkpoints
import Diagnostics
import JSON
import Quantization
import Recipes

/// What a quantization came to, for people and for scripts.
struct QuantizationReport {
  let input: Checkpoint
  let path: String
  let outcome: QuantizationRun.Outcome
  let conversion: ConversionReport
  let flags: QuantizationFlags
  let decoder: PythonDecoder?
  let seconds: Double
  /// The bytes of the files given as code.
  let codeByteCount: Int

  func print(_ output: OutputOptions) {
    let warnings = WarningReport(warnings: conversion.warnings)
    let achievement = "\(path) was written and is whole"
    if output.json { return Document.print(json(warnings), after: achievement) }
    warnings.print(unless: output.quiet)
    if !output.quiet { Data.write(text, after: achievement) }
  }

  private var byteCount: Int { conversion.files.reduce(0) { $0 + ($1.byteCount ?? 0) } }
  private var weightCount: Int { outcome.weights.reduce(0) { $0 + $1.elementCount } }
  private var bitsPerParameter: Double {
    Double(8 * byteCount) / Double(max(input.parameterCount, 1))
  }
  /// What the decoder counts against a budget: its length under zlib, as code is shipped.
  private var decoderByteCount: Int { decoder?.compressedByteCount ?? 0 }

  private var text: String {
    let methods = Dictionary(grouping: outcome.weights, by: \.method)
      .sorted { $0.key < $1.key }.map { "\($0.value.count) by \($0.key)" }
    var text = """
      quantized \(outcome.weights.count) of \(input.tensors.count) tensors, \
      \(Quantity.elements(weightCount)) weights: \(methods.joined(separator: ", "))
      step      \(Quantity.fixed(outcome.step, digits: 4))\
      \(outcome.attempts.isEmpty ? "" : " after \(outcome.attempts.count) tries")
      bytes     \(Quantity.grouped(byteCount)) artifact
      """
    if !flags.code.isEmpty { text += " + \(Quantity.grouped(codeByteCount)) code" }
    if decoder != nil { text += " + \(Quantity.grouped(decoderByteCount)) decoder under zlib" }
    if let budget = flags.budget?.byteCount {
      let total = byteCount + codeByteCount + decoderByteCount
      text += " = \(Quantity.grouped(total)) of \(Quantity.grouped(budget))"
    }
    if let gain = outcome.weights.meanPredictedGain {
      let bits = Quantity.fixed(gain, digits: 4)
      text += "\ngain      \(bits) bits per weight by column steps, predicted"
    }
    text += """

      bits      \(Quantity.fixed(bitsPerParameter, digits: 4)) per parameter
      wrote     \(path.printable) in \(Quantity.seconds(seconds))

      """
    return text + notes
  }

  /// A line for each thing that was not done as the options say, with the tensors it befell.
  private var notes: String {
    MethodNote.allCases.map { note in
      let names = outcome.weights.filter { $0.notes.contains(note) }.map(\.name)
      guard let first = names.first else { return "" }
      let others = names.count > 1 ? " and \(names.count - 1) more" : ""
      return "note      \(first.printable)\(others): \(note.sentence)\n"
    }.joined()
  }

  private func json(_ warnings: WarningReport) -> KeyValuePairs<String, JSONValue> {
    [
      "input": ["path": .string(input.path), "bytes": .integer(input.byteCount)],
      "output": ["path": .string(path), "bytes": .integer(byteCount)],
      "budget": JSONValue(flags.budget?.byteCount), "code_bytes": .integer(codeByteCount),
      "decoder_zlib_bytes": JSONValue(decoder.flatMap(\.compressedByteCount)),
      "bits_per_parameter": JSONValue(bitsPerParameter), "step": JSONValue(outcome.step),
      "predicted_gain_bits": JSONValue(outcome.weights.meanPredictedGain),
      "attempts": .array(
        outcome.attempts.map {
          [
            "step": JSONValue($0.step), "bytes": JSONValue($0.byteCount),
            "cost": JSONValue($0.cost),
          ]
        }),
      "tensors": .array(
        outcome.weights.map {
          [
            "name": .string($0.name), "elements": .integer($0.elementCount),
            "method": .string($0.method),
            "predicted_gain_bits": JSONValue($0.predictedGain), "cost_nats": JSONValue($0.cost),
            "step_factor": JSONValue($0.stepFactor),
            "notes": .array($0.notes.map { .string($0.rawValue) }),
          ]
        }), "seconds": JSONValue(seconds), "warnings": warnings.json,
    ]
  }
}

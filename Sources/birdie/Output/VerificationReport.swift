import Checkpoints
import Diagnostics
import Glibc
import JSON
import Recipes
import TensorCore

/// What compression cost, for people and for scripts.
struct VerificationReport {
  let artifact: Checkpoint
  let reference: Checkpoint
  let verification: Verification
  /// What the intervals were resampled with.
  let seed: UInt64
  private let seconds: Double
  private let warnings: WarningReport
  private let evaluation: EvaluationReport?

  /// Runs a job that has its limits, with a progress line. Throws what opening, comparing and
  /// evaluating throw.
  init(
    of path: String, against other: String, _ job: inout VerificationJob, tokens: String?,
    _ flags: EvaluationFlags, _ leniency: LeniencyOptions, _ output: OutputOptions
  ) throws {
    let progress = VerificationProgress(isShown: output.isTalkative)
    defer { progress.finish() }
    artifact = try leniency.verifiedCheckpoint(at: path)
    reference = try leniency.verifiedCheckpoint(at: other)
    if let tokens {
      job.evaluation = flags.job(on: tokens, leniency)
      job.configuration = try ModelConfiguration.read(flags.arch, of: artifact)?.json
      job.referenceConfiguration = try ModelConfiguration.read(
        flags.referenceArch, of: reference, orElse: flags.arch)?.json
    }
    verification = try job.run(artifact, against: reference, progress: progress.update)
    seed = UInt64(flags.seed)
    seconds = progress.elapsed
    warnings = WarningReport(
      warnings: artifact.warnings + reference.warnings
        + (verification.evaluation?.warnings ?? []))
    evaluation = verification.evaluation.map { [seed, seconds] in
      EvaluationReport($0, seed: seed, seconds: seconds, warnings: WarningReport(warnings: []))
    }
  }

  /// Whether every check holds.
  var holds: Bool { verification.holds }

  func print(_ output: OutputOptions) {
    if output.json { return Document.print(members) }
    warnings.print(unless: output.quiet)
    if !output.quiet { Data.write(text) }
  }
}

extension VerificationReport {
  private var text: String {
    let ink = Ink(for: STDOUT_FILENO)
    var text = table.rendered(with: ink) + "\n"
    text += "bytes     \(Quantity.grouped(verification.byteCount)) artifact"
    if verification.overheadByteCount > 0 {
      text += " + \(Quantity.grouped(verification.overheadByteCount)) code"
    }
    if let budget = verification.limits.budget, let headroom = verification.headroom {
      text += verification.overheadByteCount > 0 ? " = " : ", "
      text +=
        verification.overheadByteCount > 0
        ? "\(Quantity.grouped(verification.totalByteCount)) " : ""
      text += "of \(Quantity.grouped(budget)), "
      text +=
        headroom < 0
        ? "\(Quantity.grouped(-headroom)) too many" : "\(Quantity.grouped(headroom)) left"
    }
    text += "\nbits      \(Quantity.fixed(verification.bitsPerParameter, digits: 4)) per parameter"
    return text + "\n" + (evaluation?.lines ?? "") + verdict(ink)
  }

  private var table: Table {
    var table = Table([
      .left("name"), .left("dtype"), .left("shape"), .left("encoding"), .right("bits/weight"),
      .right("SQNR dB"), .right("max abs"), .left("problem"),
    ])
    for tensor in verification.tensors {
      table.add([
        tensor.name, (tensor.dtype ?? tensor.referenceType)?.rawValue ?? "",
        tensor.shape.description, tensor.encoding?.kind ?? "",
        tensor.bitsPerWeight.map { Quantity.fixed($0, digits: 3) } ?? "",
        tensor.isEqual ? "exact" : tensor.signalToNoise.map { Quantity.fixed($0, digits: 1) } ?? "",
        tensor.isEqual ? "" : tensor.difference.map { Quantity.measured($0.maximumAbsolute) } ?? "",
        tensor.problem?.rawValue ?? "",
      ])
    }
    return table
  }

  /// A line for each limit, the broken ones last.
  private func verdict(_ ink: Ink) -> String {
    verification.checks.sorted { $0.holds && !$1.holds }.map { check in
      let word = check.holds ? ink.green("holds     ") : ink.red("broken    ")
      return word + check.sentence.printable + "\n"
    }.joined()
  }
}

extension VerificationCheck {
  /// The limit and the value: `max-kl: 0.0123, at most 0.01`.
  var sentence: String {
    guard kind != .tensors else { return mismatchSentence }
    let found = value.map(number) ?? "not measured"
    return "\(kind.rawValue): \(found), at \(kind.isLeast ? "least" : "most") \(number(limit))"
      + (tensor.map { ", of \($0)" } ?? "")
  }

  private var mismatchSentence: String {
    guard let tensor, let value, value > 0 else { return "tensors: all names and shapes match" }
    let count = Int(value)
    return "tensors: \(count) \(count == 1 ? "does" : "do") not match, such as \(tensor)"
  }

  private func number(_ value: Double) -> String {
    switch kind {
    case .tensors, .budget, .byteCount: Quantity.grouped(Int(value))
    case .divergence, .bitsPerByteLoss, .agreement, .signalToNoise: Quantity.measured(value)
    }
  }

  var json: JSONValue {
    [
      "check": .string(kind.rawValue), "holds": .bool(holds), "limit": JSONValue(limit),
      "value": JSONValue(value), "tensor": JSONValue(tensor),
    ]
  }
}

extension VerificationReport {
  /// The members of the JSON object, without the schema.
  var members: [(key: String, value: JSONValue)] {
    [
      ("path", .string(artifact.path)), ("against", .string(reference.path)),
      ("holds", .bool(verification.holds)),
      ("checks", .array(verification.checks.map(\.json))),
      ("bytes", .integer(verification.byteCount)),
      ("code_bytes", .integer(verification.overheadByteCount)),
      ("total_bytes", .integer(verification.totalByteCount)),
      ("budget", JSONValue(verification.limits.budget)),
      ("headroom", JSONValue(verification.headroom)),
      ("parameters", .integer(verification.parameterCount)),
      ("bits_per_parameter", JSONValue(verification.bitsPerParameter)),
      ("tensors", .array(verification.tensors.map { .object($0.members) })),
      ("sqnr_db_mean", JSONValue(verification.meanSignalToNoise)),
      ("evaluation", evaluation?.json ?? .null),
      ("seconds", JSONValue(seconds)), ("warnings", warnings.json),
    ]
  }
}

extension TensorCost {
  /// The members of the object in the list of tensors.
  var members: [(key: String, value: JSONValue)] {
    [
      ("name", .string(name)), ("problem", JSONValue(problem?.rawValue)),
      ("dtype", JSONValue(dtype?.rawValue)),
      ("reference_dtype", JSONValue(referenceType?.rawValue)),
      ("shape", .array(shape.dimensions.map(JSONValue.integer))),
      ("encoding", encoding?.json ?? .null), ("bytes", JSONValue(byteCount)),
      ("bits_per_weight", JSONValue(bitsPerWeight)), ("equal", .bool(isEqual)),
      ("sqnr_db", JSONValue(signalToNoise)),
      ("max_abs", JSONValue(difference?.maximumAbsolute)),
    ]
  }
}

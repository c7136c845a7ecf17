import ArgumentParser
import Checkpoints
import Recipes

/// What compression may cost.
struct LimitFlags: ParsableArguments {
  @Option(parsing: .unconditional, help: "The most bytes of artifact, code and decoder together.")
  var budget: ByteSize?

  @Option(help: "A file that counts against the budget.", completion: .file())
  var code: [String] = []

  @Option(parsing: .unconditional, help: "The most bytes of the artifact alone.")
  var maxBytes: ByteSize?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest mean KL divergence.", valueName: "nats"))
  var maxKl: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("By how much the bits per byte may grow.", valueName: "bits"))
  var maxBpbLoss: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The smallest share of tokens whose likeliest successor stays, 0 to 1.", valueName: "share"))
  var minAgreement: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The smallest ratio of signal to noise of any tensor.", valueName: "dB"))
  var minSqnr: Double?

  func validate() throws {
    guard code.isEmpty || budget != nil else {
      throw ValidationError("--code means nothing without --budget")
    }
    if let maxKl, !(maxKl >= 0) { throw ValidationError("--max-kl \(maxKl): give at least 0") }
    if let maxBpbLoss, maxBpbLoss.isNaN { throw ValidationError("--max-bpb-loss: give a number") }
    if let minAgreement, !(0...1).contains(minAgreement) {
      throw ValidationError("--min-agreement \(minAgreement): give 0 to 1")
    }
    if let minSqnr, minSqnr.isNaN { throw ValidationError("--min-sqnr: give a number") }
  }

  /// Whether none was given.
  var isEmpty: Bool {
    budget == nil && code.isEmpty && maxBytes == nil && maxKl == nil && maxBpbLoss == nil
      && minAgreement == nil && minSqnr == nil
  }

  /// What was typed, as the library wants it.
  var limits: VerificationLimits {
    var limits = VerificationLimits()
    limits.budget = budget?.byteCount
    limits.byteCount = maxBytes?.byteCount
    limits.divergence = maxKl
    limits.bitsPerByteLoss = maxBpbLoss
    limits.agreement = minAgreement
    limits.signalToNoise = minSqnr
    return limits
  }

  /// The bytes of the files that count against the budget.
  var codeByteCount: Int {
    get throws { try FileDigest.byteCount(of: code) }
  }
}

extension FileDigest {
  /// The length of files together; throws F01.
  static func byteCount(of paths: [String]) throws -> Int {
    try paths.reduce(0) { $0 + (try FileDigest(path: $1)).byteCount }
  }
}

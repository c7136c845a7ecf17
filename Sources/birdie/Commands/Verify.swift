import ArgumentParser
import Checkpoints
import Diagnostics
import Recipes
import Signatures

/// `birdie verify`: what did compression cost, and is that within the limits? Or, with a key: are
/// these the files that were signed?
struct Verify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Proves what compression cost, or that files are those that were signed.",
    discussion: """
      Compares every tensor of an artifact with the checkpoint that it was made from, and with \
      --tokens what both predict. Tensors that are missing, left over or misshapen always fail. \
      Exit status 1 when a limit is broken, 0 when all hold.

      Of a folder with a manifest.json, as birdie publish makes them, every file and every tensor \
      is compared with what the manifest says.

      With --key, a folder is compared with its signature, by birdie sign or model_signing. Exit \
      status 1 when a file is missing, altered, added or a link, 77 when the signature is not the \
      key's.
      """)

  static let examples = [
    "birdie verify model.birdie --against final_model.pt --budget 16000000 --code train_gpt.py",
    "birdie verify model.birdie --against final_model.pt --tokens 'fineweb_val_*.bin' "
      + "--tokenizer t.model --max-kl 0.01",
    "birdie verify final_model.int8.ptz --against final_model.pt --min-sqnr 30 --json",
    "birdie verify model.birdie --against final_model.pt --report report/",
    "birdie verify pulled/records/track_10min_16mb/2026-04-27_Mine/seed_42",
    "birdie verify model/ --key signer.pub",
  ]

  @Argument(help: "The artifact, any checkpoint; or a signed folder.", completion: .file())
  var path: String

  @Option(
    help: ArgumentHelp("The checkpoint that it was made from.", valueName: "checkpoint"),
    completion: .file())
  var against: String?

  @Option(
    help: ArgumentHelp("Token shards to evaluate both on; quote the pattern.", valueName: "glob"))
  var tokens: String?

  @OptionGroup var signature: SignatureFlags
  @OptionGroup var limits: LimitFlags
  @OptionGroup var reports: ReportFlags

  @Flag(help: "Replace an existing report.")
  var force = false

  @OptionGroup var evaluation: EvaluationFlags
  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard signature.key == nil, !isRecord else { return try requireNothingElse() }
    _ = try reference
    guard !force || reports.report != nil else {
      throw ValidationError("--force means nothing without --report")
    }
    guard tokens == nil else { return }
    guard !limits.limits.needTokens else {
      throw ValidationError("--max-kl, --max-bpb-loss and --min-agreement need --tokens")
    }
    guard evaluation.needingTokens.isEmpty else {
      let flags = evaluation.needingTokens.joined(separator: ", ")
      throw ValidationError("\(flags): means nothing without --tokens")
    }
  }

  /// Whether nothing but a record's folder was named, which has a manifest to be held to.
  private var isRecord: Bool {
    against == nil && signature.key == nil && ManifestReport.isOne(path)
  }

  /// A signature knows no other checkpoint, and nothing of what weights are good for.
  private func requireNothingElse() throws {
    guard against == nil, tokens == nil, limits.isEmpty, reports.report == nil, !force,
      evaluation.needingTokens.isEmpty, leniency.relaxed.isEmpty
    else {
      throw ValidationError(
        "a folder is held to its signature (--key, --signature, --ignore-unsigned) or to its "
          + "manifest, and to no limits")
    }
  }

  /// What the artifact is held against.
  private var reference: String {
    get throws {
      guard let against else {
        throw ValidationError(
          "--against: give the checkpoint that \(path) was made from; or --key, for a signature")
      }
      return against
    }
  }

  func run() throws {
    machine.apply()
    if let key = signature.key { return try checkSignature(by: key) }
    if isRecord { return try checkManifest() }
    let written = try reports.output(overwrites: force)
    var job = VerificationJob()
    job.limits = limits.limits
    job.overheadByteCount = try limits.codeByteCount
    let report = try VerificationReport(
      of: path, against: try reference, &job, tokens: tokens, evaluation, leniency, output)
    try written?.write(report)
    report.print(output)
    guard report.holds else { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  private func checkSignature(by key: String) throws {
    let report = try SignatureReport(
      of: path, key: key, signature: signature.path(in: path), unsigned: signature.unsigned, output)
    report.print(output)
    guard report.holds else { throw ExitCode(SignaturesRules.mismatch.status.rawValue) }
  }

  private func checkManifest() throws {
    let report = try ManifestReport(of: path)
    report.print(output)
    guard report.holds else { throw ExitCode(ExitStatus.difference.rawValue) }
  }
}

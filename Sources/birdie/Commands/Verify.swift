import ArgumentParser
import Checkpoints
import Diagnostics
import Recipes

/// `birdie verify`: what did compression cost, and is that within the limits?
struct Verify: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Proves what compression cost, and holds it to limits.",
    discussion: """
      Compares every tensor of an artifact with the checkpoint that it was made from, and with \
      --tokens what both predict. Tensors that are missing, left over or misshapen always fail. \
      Exit status 1 when a limit is broken, 0 when all hold.
      """)

  static let examples = [
    "birdie verify model.birdie --against final_model.pt --budget 16000000 --code train_gpt.py",
    "birdie verify model.birdie --against final_model.pt --tokens 'fineweb_val_*.bin' "
      + "--tokenizer t.model --max-kl 0.01",
    "birdie verify final_model.int8.ptz --against final_model.pt --min-sqnr 30 --json",
  ]

  @Argument(help: "The artifact: any checkpoint.", completion: .file())
  var path: String

  @Option(
    help: ArgumentHelp("The checkpoint that it was made from.", valueName: "checkpoint"),
    completion: .file())
  var against: String?

  @Option(
    help: ArgumentHelp("Token shards to evaluate both on; quote the pattern.", valueName: "glob"))
  var tokens: String?

  @OptionGroup var limits: LimitFlags
  @OptionGroup var evaluation: EvaluationFlags
  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    _ = try reference
    guard tokens == nil else { return }
    guard !limits.limits.needTokens else {
      throw ValidationError("--max-kl, --max-bpb-loss and --min-agreement need --tokens")
    }
    guard evaluation.needingTokens.isEmpty else {
      let flags = evaluation.needingTokens.joined(separator: ", ")
      throw ValidationError("\(flags): means nothing without --tokens")
    }
  }

  /// What the artifact is held against. A folder that carries its own proof will need none.
  private var reference: String {
    get throws {
      guard let against else {
        throw ValidationError("--against: give the checkpoint that \(path) was made from")
      }
      return against
    }
  }

  func run() throws {
    machine.apply()
    let progress = VerificationProgress(isShown: output.isTalkative)
    defer { progress.finish() }
    let artifact = try leniency.verifiedCheckpoint(at: path)
    let other = try leniency.verifiedCheckpoint(at: try reference)
    var job = VerificationJob()
    job.limits = limits.limits
    job.overheadByteCount = try limits.codeByteCount()
    if let tokens {
      job.evaluation = evaluation.job(on: tokens, leniency)
      job.configuration = try ModelConfiguration.read(evaluation.arch, of: artifact)?.json
      job.referenceConfiguration = try ModelConfiguration.read(
        evaluation.referenceArch, of: other, orElse: evaluation.arch)?.json
    }
    let verification = try job.run(artifact, against: other, progress: progress.update)
    progress.finish()
    VerificationReport(
      artifact: artifact, reference: other, verification: verification,
      seed: UInt64(evaluation.seed), seconds: progress.elapsed
    ).print(output)
    guard verification.holds else { throw ExitCode(ExitStatus.difference.rawValue) }
  }
}

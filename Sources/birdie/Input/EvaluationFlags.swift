import ArgumentParser
import Recipes

/// How models are evaluated, whatever for.
struct EvaluationFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What tells the bytes of each token: a SentencePiece model, a tokenizer.json, or the word \
      bytes for a vocabulary of 256 or 260.
      """,
      valueName: "file"),
    completion: .file())
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Files with the bytes of each token, instead of those beside the shards; quote the pattern.",
      valueName: "glob"))
  var byteCounts: String?

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Option(
    help: """
      The reference's configuration as JSON; without it the one beside the reference, or else the \
      model's.
      """, completion: .file())
  var referenceArch: String?

  @Option(help: "How many tokens of the shards to use.")
  var maxTokens: Int?

  @Option(help: "The longest sequence that the model sees.")
  var sequenceLength = 1024

  @Option(help: "Slide the window by this many tokens and score each target once.")
  var stride: Int?

  @Flag(help: "Evaluate every document by itself.")
  var isolateDocuments = false

  @Option(
    help: ArgumentHelp(
      "The token that documents begin with, if not the one that the configuration names.",
      valueName: "id"))
  var beginToken: UInt16?

  @Option(help: "What the resampling for the confidence interval begins with.")
  var seed: UInt32 = 0

  func validate() throws {
    guard sequenceLength > 0 else {
      throw ValidationError("--sequence-length \(sequenceLength): give at least 1")
    }
    if let stride, stride < 1 || stride > sequenceLength {
      throw ValidationError("--stride \(stride): give 1 to the sequence length")
    }
    if stride != nil, isolateDocuments {
      throw ValidationError("--stride and --isolate-documents exclude each other")
    }
    if beginToken != nil, !isolateDocuments {
      throw ValidationError("--begin-token means nothing without --isolate-documents")
    }
    if let maxTokens, maxTokens < 2 {
      throw ValidationError("--max-tokens \(maxTokens): give at least 2")
    }
  }

  /// What was typed, as the library wants it.
  func job(on tokens: String, _ leniency: LeniencyOptions) -> EvaluationJob {
    var job = EvaluationJob(tokenPattern: tokens)
    job.tokenizer = tokenizer.map(TokenizerChoice.init)
    job.byteCountPattern = byteCounts
    job.leniency = leniency.rules
    job.sequenceLength = sequenceLength
    job.stride = stride
    job.isolatesDocuments = isolateDocuments
    job.beginToken = beginToken.map(Int.init)
    job.maximumTokenCount = maxTokens
    return job
  }

  /// The flags that were given and say nothing without tokens.
  var needingTokens: [String] {
    [
      ("--tokenizer", tokenizer != nil), ("--byte-counts", byteCounts != nil),
      ("--arch", arch != nil), ("--reference-arch", referenceArch != nil),
      ("--max-tokens", maxTokens != nil), ("--stride", stride != nil),
      ("--isolate-documents", isolateDocuments),
    ].filter(\.1).map(\.0)
  }
}

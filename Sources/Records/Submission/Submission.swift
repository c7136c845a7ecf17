public import JSON

/// What a record claims, from a submission.json in any of the spellings that are in use.
///
/// Fields remember the key that they came from. What has no field here is kept as it stands, and
/// what is odd is noted; nothing is dropped.
public struct Submission: Sendable {
  /// Who made it.
  public internal(set) var author: Sourced<String>?
  /// Their account on GitHub.
  public internal(set) var githubID: Sourced<String>?
  /// The title.
  public internal(set) var name: Sourced<String>?
  /// The day, with the time where it is given.
  public internal(set) var date: Sourced<RecordDate>?
  /// The track as it is written; `TrackName` folds its spellings.
  public internal(set) var track: Sourced<String>?
  /// What it is, in some sentences.
  public internal(set) var blurb: Sourced<String>?
  /// The techniques, in a line.
  public internal(set) var summary: Sourced<String>?
  /// What it was trained on.
  public internal(set) var hardware: Sourced<String>?
  /// The version of PyTorch.
  public internal(set) var pytorchVersion: Sourced<String>?

  /// Bits per byte of validation text: the score.
  public internal(set) var valBPB: Sourced<Double>?
  /// The standard deviation of the score over seeds.
  public internal(set) var valBPBDeviation: Sourced<Double>?
  /// The loss in nats for each token.
  public internal(set) var valLoss: Sourced<Double>?
  /// The standard deviation of the loss over seeds.
  public internal(set) var valLossDeviation: Sourced<Double>?
  /// The score before quantization.
  public internal(set) var preQuantizationBPB: Sourced<Double>?
  /// The loss before quantization.
  public internal(set) var preQuantizationLoss: Sourced<Double>?
  /// What quantization added to the score.
  public internal(set) var quantizationGap: Sourced<Double>?
  /// Scores and losses that were measured in other ways, in the order of the file.
  public internal(set) var measurements: [Sourced<Double>] = []

  /// The bytes of the compressed model and the code.
  public internal(set) var totalByteCount: Sourced<Int>?
  /// The same for the seed that needs most.
  public internal(set) var largestByteCount: Sourced<Int>?
  /// The mean of the same over seeds.
  public internal(set) var meanByteCount: Sourced<Int>?
  /// The bytes of the compressed model.
  public internal(set) var modelByteCount: Sourced<Int>?
  /// The bytes of the code.
  public internal(set) var codeByteCount: Sourced<Int>?

  /// The runs that it is made of, in the order of the file.
  public internal(set) var seeds: [SeedResult] = []
  /// The records that it builds on.
  public internal(set) var bases: [BaseRecord] = []
  /// What the author says about the rules of the challenge, as it stands.
  public internal(set) var compliance: Sourced<JSONValue>?
  /// Whom the author credits for what, as it stands.
  public internal(set) var attribution: Sourced<JSONValue>?
  /// The members that have no field here, as they stand.
  public internal(set) var other: [(key: String, value: JSONValue)] = []
  /// What was odd.
  public internal(set) var notes: [SubmissionNote] = []

  /// A submission that says nothing: a record may lack the file.
  public init() {}

  /// The most bytes that any number in it claims for one artifact.
  public var claimedByteCount: Int? {
    let claims = [totalByteCount, largestByteCount, meanByteCount] + seeds.map(\.byteCount)
    return claims.compactMap { $0?.value }.max()
  }
}

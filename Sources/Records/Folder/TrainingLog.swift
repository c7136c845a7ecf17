/// What a run's log says at its end: scores and sizes.
public struct TrainingLog: Sendable {
  /// A line with a score, such as `final_int8_zlib_roundtrip_exact val_loss:2.07 val_bpb:1.22`.
  public struct Score: Sendable, Equatable {
    /// The words in front of the numbers.
    public let label: String
    /// Bits per byte of validation text.
    public let valBPB: Double
    /// The loss in nats for each token.
    public let valLoss: Double?

    /// Whether it is of the artifact, as far as words tell: scores from before quantization and
    /// those that scripts call diagnostic are not.
    public var isFinal: Bool {
      let word = label.lowercased()
      return !["pre-quant", "prequant", "pre_quant", "diagnostic", "raw"].contains(
        where: word.hasPrefix)
    }
  }

  /// Where it lies.
  public let path: RecordPath
  /// The seed in the file's name.
  public let namedSeed: Int?
  /// The seed that the run printed.
  public internal(set) var printedSeed: Int?
  /// The last scores in the order of the log.
  public internal(set) var scores: [Score] = []
  /// The bytes of code and compressed model.
  public internal(set) var totalByteCount: Int?
  /// The bytes of the compressed model.
  public internal(set) var modelByteCount: Int?
  /// The bytes of the code.
  public internal(set) var codeByteCount: Int?
  /// Whether the total is of a named form; lines that name none may mean the uncompressed model.
  var totalHasForm = false

  init(path: RecordPath) {
    self.path = path
    namedSeed = Self.seed(inName: path.name)
  }

  /// The seed that its author says it is of, else the one that the run printed.
  public var seed: Int? { namedSeed ?? printedSeed }

  /// The last score of the artifact.
  public var finalScore: Score? { scores.last(where: \.isFinal) }

  /// The number behind the word `seed`: `train_seed42.log`, `seed-7.txt`, `run_SEED_1337_b.log`.
  static func seed(inName name: String) -> Int? {
    let text = Array(name.lowercased().utf8)
    let word = Array("seed".utf8)
    guard text.count > word.count else { return nil }
    for start in 0...(text.count - word.count) where text[start...].starts(with: word) {
      var rest = text[(start + word.count)...]
      if rest.first == UInt8(ascii: "_") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      if let seed = Int(String(decoding: digits, as: UTF8.self)) { return seed }
    }
    return nil
  }
}

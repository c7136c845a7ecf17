public import Diagnostics
internal import TensorCore

/// What `convert` writes.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// One safetensors file, or a sharded folder.
  case safetensors
  /// A zip that `torch.load(weights_only=True)` reads.
  case pytorch
  /// A Birdie artifact: entropy-coded, with codes as codes.
  case birdie
}

/// What becomes of floating-point elements.
public enum FloatPolicy: String, Sendable, CaseIterable {
  /// They stay as they are.
  case keep
  /// They become IEEE singles.
  case f32
  /// They become IEEE halves, rounded to nearest even.
  case f16
  /// They become bfloat16, rounded to nearest even.
  case bf16
}

/// What becomes of tensors that are stored as codes.
public enum CodePolicy: String, Sendable, CaseIterable {
  /// Artifacts are decoded; PyTorch's quantized tensors ask for one of the other two.
  case automatic
  /// Codes and scales are written as they are, under the names they have in the artifact.
  case keep
  /// The numbers that the codes stand for are written.
  case decode
}

/// How a conversion is to be made.
public struct ConversionOptions: Sendable {
  /// What to write.
  public var format = OutputFormat.safetensors
  /// What becomes of floats.
  public var floats = FloatPolicy.keep
  /// What becomes of codes.
  public var codes = CodePolicy.automatic
  /// Shell patterns of which a tensor's name must match one; empty takes all.
  public var patterns: [String] = []
  /// Changes to the names, applied one after another.
  public var renamings: [Renaming] = []
  /// The most payload bytes of one shard; nil writes one file.
  public var maximumShardByteCount: Int?
  /// The steps of an octave, two to the power of this, to which an artifact's scales are rounded;
  /// nil keeps them as they are. At most 6.
  public var scaleSteps: Int?
  /// What the output says of its model, in addition to what the input does.
  public var notes = ModelNotes()
  /// Whether an existing output is replaced.
  public var overwrites = false
  /// What tells this output from all others: with it, a run that was killed is gone on with. Only
  /// for safetensors.
  public var resumeKey: String?
  /// What the weights' files in a sharded folder are called, before what tells them apart.
  public var stem = "model"
  /// Small files that a sharded folder has besides.
  public var companions: [(name: String, content: [UInt8])] = []

  /// Whether tensors stay codes and scales under their own names, which an artifact can hold.
  var keepsCodesInPlace: Bool { format == .birdie && codes != .decode }

  /// The defaults: everything, as it is, into one safetensors file.
  public init() {}
}

/// How far a conversion has come.
public struct ProgressEvent: Sendable {
  /// What can still be undone.
  public enum Stage: Sendable {
    /// Only partial files are written. The first event comes once they are locked.
    case writing
    /// The output is whole and is given its name.
    case naming
  }

  /// What is being done.
  public let stage: Stage
  /// The payload bytes written.
  public let byteCount: Int
  /// The payload bytes there will be.
  public let totalByteCount: Int
}

/// What a conversion did, or would do.
public struct ConversionReport: Sendable {
  /// A tensor that was written.
  public struct Item: Sendable {
    /// Its name in the output.
    public let name: String
    /// Its type in the output.
    public let dtype: String
    /// Its extents.
    public let shape: [Int]
    /// Its bytes in the output.
    public let byteCount: Int
  }

  /// The tensors, in the order of the output.
  public var items: [Item]
  /// The files, with their lengths in bytes; nil before a length is known that coding decides.
  public var files: [(path: String, byteCount: Int?)]
  /// What is written before the output has its name: files, and after them their folder.
  public var partialPaths: [String]
  /// Names that were dropped because they share another's elements, and that other.
  public var droppedTies: TextMap
  /// What was noticed while reading and writing.
  public var warnings: [Audit.Warning]
}

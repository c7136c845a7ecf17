internal import Archives
internal import ByteCodecs
public import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

extension Checkpoint {
  /// Opens a file or folder of any known format, told by its content and never by its name.
  ///
  /// Compressed artifacts are decoded into a scratch file first; anything else is mapped, and only
  /// its header is read. `leniency` holds the ids of rules that become warnings. Throws F01 for a
  /// missing input, Z01 for content of no known format, and the format's own rules.
  public static func open(
    _ path: String, leniency: Set<String> = []
  ) throws(Rejection) -> Checkpoint {
    var audit = Audit(leniency: leniency)
    return try open(path, audit: &audit)
  }

  static func open(_ path: String, audit: inout Audit) throws(Rejection) -> Checkpoint {
    try locating(Place(file: path)) { () throws(Rejection) in
      let outer = try CheckpointInput(path: path)
      var layers: [String] = []
      let input = try outer.innermost(&layers, audit: &audit)
      guard let format = input.format else { throw try unknown(input) }
      var checkpoint = try format.open(input, audit: &audit)
      checkpoint.path = path
      if !outer.isFolder { checkpoint.byteCount = outer.storage.byteCount }
      checkpoint.layers = layers
      checkpoint.warnings = audit.warnings
      checkpoint.leniency = audit.leniency
      return checkpoint
    }
  }

  private static func unknown(_ input: CheckpointInput) throws(Rejection) -> Rejection {
    if input.isFolder {
      let listing = try FolderListing(path: input.path)
      return Rejection(FileRules.noCheckpointInFolder, content(of: listing))
    }
    let prefix = input.storage.bytes.extracting(0..<min(input.storage.byteCount, 512))
    let kind = describeSignature(of: prefix) ?? "of no format that Birdie knows"
    return Rejection(ArchiveRules.notAZip, "the file is \(kind)", at: Place(offset: 0))
  }

  /// Which files of a folder could have been meant.
  private static func content(of folder: FolderListing) -> String {
    let endings = [".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".npz", ".npy", ".ptz", ".pkl"]
    let files = folder.names.filter { name in endings.contains(where: name.hasSuffix) }
    guard !files.isEmpty else { return "there is no checkpoint in it" }
    let shown = files.prefix(5).joined(separator: ", ") + (files.count > 5 ? ", …" : "")
    let shards =
      folder.ending(in: ".bin.index.json").isEmpty
      ? "" : "; shards of PyTorch files are read one by one"
    return "it has no index for its \(files.count) files: \(shown)\(shards)"
  }
}

extension CheckpointInput {
  /// Maps a file, or describes a folder.
  init(path: String) throws(Rejection) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw Rejection(FileRules.missingInput, "there is no such file or folder")
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      self.init(path: path, storage: Storage([]), isFolder: true)
    } else {
      self.init(path: path, storage: Storage(try FileMapping(path: path)))
    }
  }

  /// The format of the content; nil if it is of none, perhaps because it is still wrapped.
  var format: (any CheckpointFormat.Type)? {
    CheckpointFormats.all.first { $0.recognizes(self) }
  }

  /// The input with compressors and transforms taken off until a format is recognized or nothing
  /// more can be taken off; `layers` gets their names.
  func innermost(
    _ layers: inout [String], audit: inout Audit
  ) throws(Rejection) -> CheckpointInput {
    var input = self
    while input.format == nil, !input.isFolder {
      guard let step = try Unwrapping.nextStep(input.storage.bytes, depth: layers.count) else {
        break
      }
      if step.isGuess {
        audit.warn(
          ByteCodecRules.guessedBrotli, "taken for brotli because a container came out",
          at: input.place)
      }
      input = try input.unwrapped(step)
      layers.append(step.name)
    }
    return input
  }

  /// The input with its outermost layer taken off.
  func unwrapped(_ step: Unwrapping.Step) throws(Rejection) -> CheckpointInput {
    var scratch = try ScratchFile()
    try locating(Place(member: step.name)) { () throws(Rejection) in
      try Unwrapping.apply(step, storage.bytes, limits: .withinBudget) { chunk throws(Rejection) in
        try scratch.append(chunk)
      }
    }
    return CheckpointInput(path: path, storage: try scratch.finish())
  }
}

extension DecodeLimits {
  /// The limits for artifacts of unknown origin, within what the process may take.
  static var withinBudget: DecodeLimits {
    var limits = DecodeLimits()
    limits.windowLimit = min(limits.windowLimit, MachineBudget.memoryByteCount)
    limits.memoryLimit = min(limits.memoryLimit, MachineBudget.memoryByteCount)
    return limits
  }
}

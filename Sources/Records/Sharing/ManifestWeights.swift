internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import RecordFormats

/// What a file of weights decodes to.
public struct ManifestWeights: Sendable, Equatable {
  /// The file.
  public let path: RecordPath
  /// The id of its format.
  public let format: String
  /// The compressors around it, outermost first.
  public let layers: [String]
  /// Its tensors, in the order of their names.
  public let tensors: [ManifestTensor]

  /// How much is told of tensors.
  enum Detail {
    case digests
    /// Also what the elements look like, which takes more passes over them.
    case values
  }

  /// Opens a file of a record, decodes every tensor and hashes it; throws what opening and decoding
  /// throw.
  init(_ path: RecordPath, in folder: RecordFolder, _ detail: Detail) throws(Rejection) {
    // Refuses links; the checkpoint is then opened by its path.
    _ = try folder.open(path)
    let checkpoint = try Checkpoint.open("\(folder.path)/\(path)")
    self.path = path
    format = checkpoint.format
    layers = checkpoint.layers
    let wanted: TensorInspection.Measurements = detail == .values ? [.hash, .statistics] : .hash
    let tensors = try locating(Place(file: "\(folder.path)/\(path)")) { () throws(Rejection) in
      try checkpoint.inspected(checkpoint.tensors, wanted).map(ManifestTensor.init)
    }
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  init(_ reader: RecordReader) throws(Rejection) {
    path = try reader.path(.path)
    format = try reader.text(.format)
    layers = try reader.texts(.layers)
    var tensors: [ManifestTensor] = []
    var names: Set<ExactText> = []
    for entry in try reader.objects(.tensors) {
      let tensor = try ManifestTensor(entry)
      guard names.insert(ExactText(tensor.name)).inserted else {
        throw reader.refusal(.tensors, "has \(tensor.name.debugDescription) twice")
      }
      tensors.append(tensor)
    }
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// How much is told of the tensors.
  var detail: Detail { tensors.contains { $0.values != nil } ? .values : .digests }

  /// As JSON: `path`, `format`, `layers`, `tensors`.
  var json: JSONValue {
    .record([
      (.path, .string(path.description)), (.format, .string(format)),
      (.layers, .array(layers.map(JSONValue.string))), (.tensors, .array(tensors.map(\.json))),
    ])
  }
}

/// How the tensors of an artifact stand to those of the weights that it was made from.
public struct ManifestRelation: Sendable, Equatable {
  /// The artifact.
  public let artifact: RecordPath
  /// The weights that it is held against.
  public let reference: RecordPath
  /// The number of tensors that are the same, bit for bit, once decoded.
  public let equalCount: Int
  /// The names of those that differ in type, shape or elements.
  public let different: [String]
  /// The names that only the reference has.
  public let missing: [String]
  /// The names that only the artifact has.
  public let extra: [String]

  /// Whether the artifact decodes to exactly these weights.
  public var isEqual: Bool { different.isEmpty && missing.isEmpty && extra.isEmpty }

  /// Compares two lists of tensors by their digests.
  public init(of artifact: ManifestWeights, to reference: ManifestWeights) {
    self.artifact = artifact.path
    self.reference = reference.path
    var rest = Dictionary(
      reference.tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    var (equal, different, extra) = (0, [String](), [String]())
    for tensor in artifact.tensors {
      guard let twin = rest.removeValue(forKey: ExactText(tensor.name)) else {
        extra.append(tensor.name)
        continue
      }
      // Without data there is nothing to be equal.
      if tensor.sha256 != nil, tensor.hasElements(of: twin) {
        equal += 1
      } else {
        different.append(tensor.name)
      }
    }
    equalCount = equal
    self.different = different
    self.extra = extra
    missing = reference.tensors.map(\.name).filter { rest[ExactText($0)] != nil }
  }

  init(_ reader: RecordReader) throws(Rejection) {
    artifact = try reader.path(.artifact)
    reference = try reader.path(.reference)
    equalCount = try reader.count(.equal)
    different = try reader.texts(.different)
    missing = try reader.texts(.missing)
    extra = try reader.texts(.extra)
  }

  /// As JSON: `artifact`, `reference`, `equal`, `different`, `missing`, `extra`.
  var json: JSONValue {
    .record([
      (.artifact, .string(artifact.description)), (.reference, .string(reference.description)),
      (.equal, .integer(equalCount)), (.different, .array(different.map(JSONValue.string))),
      (.missing, .array(missing.map(JSONValue.string))),
      (.extra, .array(extra.map(JSONValue.string))),
    ])
  }
}

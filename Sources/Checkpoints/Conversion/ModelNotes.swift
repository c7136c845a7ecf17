public import JSON

/// What a file says of its model beside the tensors: JSON under keys of its metadata.
public struct ModelNotes: Sendable, Equatable {
  /// The configuration that makes a model of the tensors, under `birdie.architecture`.
  public var architecture: JSONValue?
  /// The tokenizer that the model was trained with, under `birdie.tokenizer`.
  public var tokenizer: FileDigest?
  /// The files that the tensors come from, under `birdie.provenance`.
  public var sources: [FileDigest] = []
  /// What was done to the tensors, under `birdie.recipe`.
  public var recipe: JSONValue?
  /// What the recipe learned from, as counts of tokens, under `birdie.calibration`.
  public var calibration: JSONValue?

  private enum Key {
    static let architecture = "birdie.architecture"
    static let tokenizer = "birdie.tokenizer"
    static let provenance = "birdie.provenance"
    static let recipe = "birdie.recipe"
    static let calibration = "birdie.calibration"
  }

  /// No notes.
  public init() {}

  /// The notes that metadata hold; what is not as this type writes it is left out.
  public init(metadata: TextMap) {
    architecture = Self.json(metadata[Key.architecture])
    tokenizer = Self.json(metadata[Key.tokenizer]).flatMap(FileDigest.init)
    sources =
      Self.json(metadata[Key.provenance])?["sources"]?.elements?.compactMap(FileDigest.init) ?? []
    recipe = Self.json(metadata[Key.recipe])
    calibration = Self.json(metadata[Key.calibration])
  }

  private static func json(_ text: String?) -> JSONValue? {
    guard let text else { return nil }
    let bytes = Array(text.utf8)
    return try? JSONValue(parsing: unsafe bytes.span.bytes)
  }

  /// Adds the notes to metadata; what there is of them replaces what the metadata said.
  func write(to metadata: inout TextMap) {
    if let architecture { metadata[Key.architecture] = architecture.text() }
    if let tokenizer { metadata[Key.tokenizer] = tokenizer.json.text() }
    if let recipe { metadata[Key.recipe] = recipe.text() }
    if let calibration { metadata[Key.calibration] = calibration.text() }
    if !sources.isEmpty {
      let files = JSONValue.array(sources.map(\.json))
      metadata[Key.provenance] = JSONValue.object([("sources", files)]).text()
    }
  }

  /// Whether there is nothing to write.
  var isEmpty: Bool { self == ModelNotes() }
}

extension Checkpoint {
  /// What the file says of its model.
  public var notes: ModelNotes { ModelNotes(metadata: metadata) }
}

internal import Checkpoints
public import Diagnostics
internal import Files
internal import RecordFormats
public import Records
public import WeightHub

/// A record as it is shared: its own files, its weights without pickles, a card and a manifest.
public struct RecordPackage: Sendable {
  /// What is known of a record besides its files.
  public struct Options: Sendable {
    /// The track, where neither folder nor description names it.
    public var track: String?
    /// The seed of the run that the weights are of; nil takes the one of the only log.
    public var seed: Int?
    /// The licence of the weights.
    public var license: String?
    /// The folder in the repository; nil lays it out by track, name and seed.
    public var path: String?
    /// Whether PyTorch's files go up as they are, too.
    public var keepsPickles = false
    /// Where the record was published first.
    public var source: (name: String, url: String)?
    /// The version of this software, for the manifest.
    public var version = ""

    /// Nothing is known.
    public init() {}
  }

  /// The folder in the repository.
  public let place: RecordPath
  /// The entry of the repository's index.
  public let entry: RecordIndex.Entry
  /// The record with its weights, as it will be shared.
  public let folder: RecordFolder
  private let staging: StagingFolder

  /// Prepares a record's folder and weights that lie elsewhere, in a folder that stays as long as
  /// the package. Throws I-rules for the record, L01 to L04, and what opening and converting
  /// checkpoints throws.
  public init(
    _ path: String, weights: [String] = [], repository: String?, in staging: StagingFolder,
    _ options: Options, sign: (String) throws(Rejection) -> Void = { _ in }
  ) throws(Rejection) {
    let source = try RecordFolder(scanning: path)
    self.staging = staging
    for file in source.files where Self.isShared(file.role) {
      try staging.add("\(path)/\(file.path)", as: file.path.description, .refused)
    }
    let own = source.files.filter { $0.role.holdsTensors }.map { "\(path)/\($0.path)" }
    // Training leaves the weights in the record's folder, and people name them all the same.
    let staged = Set(own.compactMap { FileIdentity(path: $0) })
    let weights = weights.filter { path in
      FileIdentity(path: path).map { !staged.contains($0) } ?? true
    }
    guard !(own + weights).isEmpty else {
      throw Rejection(PublishingRules.noWeights, "no weights", at: Place(file: path))
    }
    let all =
      own.map { Weights(path: $0, links: .refused) }
      + weights.map { Weights(path: $0, links: .followed) }
    // What keeps its name comes first; what gets a new one takes one that is left.
    for weights in all where !(try weights.isPickle) {
      try staging.add(weights.path, as: weights.name, weights.links)
    }
    for weights in all where try weights.isPickle {
      try Self.convert(weights, in: staging, options)
    }
    let submission = try source.submission()
    place = try Self.place(of: source, submission, options)
    let bare = try RecordFolder(scanning: staging.path)
    let card = try ModelCard(bare, options: Self.card(options, repository, place))
    try staging.write(Array(card.text.utf8), to: "README.md")
    if let results = card.evaluationResults {
      try staging.write(Array(results.utf8), to: ".eval_results/bits_per_byte.yaml")
    }
    // It speaks of everything else, and the signature of it too.
    let manifest = try RecordManifest(
      of: RecordFolder(scanning: staging.path), toolVersion: options.version,
      known: card.digests,
      sources: options.source.map { [.init(name: $0.name, url: $0.url)] } ?? [])
    try staging.write(manifest.bytes, to: RecordFileName.manifest)
    try sign(staging.path)
    folder = try RecordFolder(scanning: staging.path)
    entry = RecordIndex.Entry(path: place, submission, files: manifest.files)
  }

  /// Weights are staged by themselves; an old manifest or signature speaks of other files.
  private static func isShared(_ role: FileRole) -> Bool {
    !role.holdsTensors && role != .manifest && role != .signature
  }

  /// A file of weights on its way.
  private struct Weights {
    let path: String
    let links: StagingFolder.Links

    var name: String { String(path.split(separator: "/").last ?? "model") }

    /// Whether Python would run what is in it.
    var isPickle: Bool {
      get throws(Rejection) {
        FileRole(try RecordPath(name)) != .artifact
          && ![".safetensors", ".npz", ".npy"].contains { name.hasSuffix($0) }
      }
    }
  }

  /// Weights in pickles become safetensors: nobody has to trust them.
  private static func convert(
    _ weights: Weights, in staging: StagingFolder, _ options: Options
  ) throws(Rejection) {
    if options.keepsPickles { try staging.add(weights.path, as: weights.name, weights.links) }
    let stem = weights.name.split(separator: ".").dropLast().joined(separator: ".")
    let isMain = ["final_model", ""].contains(stem) && !staging.has("model.safetensors")
    let place = try staging.newPlace(for: (isMain ? "model" : stem) + ".safetensors")
    var conversion = ConversionOptions()
    conversion.format = .safetensors
    _ = try Checkpoint.open(weights.path).convert(to: place, conversion)
  }

  private static func place(
    of source: RecordFolder, _ submission: Submission, _ options: Options
  ) throws(Rejection) -> RecordPath {
    if let path = options.path { return try RecordPath(path) }
    let track =
      options.track.flatMap { TrackName($0) } ?? source.track
      ?? submission.track.flatMap { TrackName($0.value) }
    guard let track else {
      throw Rejection(PublishingRules.noTrack, "no track", at: Place(file: source.path))
    }
    var layout = RecordLayout()
    let record = try layout.place(track: track, name: source.name)
    let seeds = Set(source.logs.compactMap(\.seed))
    guard let seed = options.seed ?? (seeds.count == 1 ? seeds.first : nil) else { return record }
    return try RecordLayout.seedFolder(record, seed: seed)
  }

  private static func card(
    _ options: Options, _ repository: String?, _ place: RecordPath
  ) -> CardOptions {
    var card = CardOptions()
    card.license = options.license
    card.repository = repository
    card.folder = place.description
    card.source = options.source
    return card
  }

  /// The files with their paths in the repository.
  public var files: [LocalFile] {
    folder.files.map { file in
      LocalFile(path: "\(place)/\(file.path)", .file("\(folder.path)/\(file.path)"))
    }
  }
}

internal import Checkpoints
public import Diagnostics
internal import Files
public import JSON
public import RecordFormats
internal import TensorCore

/// manifest.json: every file of a record with its digest, every tensor of its weights with the
/// digest of what it decodes to, and how the artifacts stand to the weights that they were made
/// from.
///
/// The same record gives the same bytes.
public struct RecordManifest: Sendable, Equatable {
  /// Where something in the record came from.
  public struct Source: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// Where it can be looked up.
    public let url: String?
    /// The SHA-256 of a file in lower-case hexadecimal digits; nil for what is none.
    public let sha256: String?
    /// The file of the record that was made of it.
    public let path: RecordPath?

    /// Names a source.
    public init(name: String, url: String? = nil) {
      (self.name, self.url, sha256, path) = (name, url, nil, nil)
    }

    /// Reads a file that one of the record was made of; throws F01 where that cannot be done.
    public init(file: String, madeInto path: RecordPath) throws(Rejection) {
      let digest = try FileDigest(path: file)
      (name, url, sha256, self.path) = (digest.name, nil, digest.sha256, path)
    }
  }

  /// The program that wrote it.
  public let tool: String
  /// That program's version.
  public let toolVersion: String
  /// The files in the order of their paths; the manifest and signatures are none of them.
  public let files: [ManifestFile]
  /// The files of weights, in the order of their paths.
  public let weights: [ManifestWeights]
  /// How artifacts stand to weights in full precision.
  public let relations: [ManifestRelation]
  /// Where the record came from.
  public let sources: [Source]

  /// Reads every file of a record, decodes its weights, and compares each artifact with each file
  /// of weights in full precision beside it: those of other seeds lie elsewhere. Throws what
  /// opening and decoding throw; `known` are the digests of files that were hashed already.
  public init(
    of folder: RecordFolder, toolVersion: String, known: [ManifestFile] = [],
    sources: [Source] = []
  ) throws(Rejection) {
    let known = Dictionary(known.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    tool = "birdie"
    self.toolVersion = toolVersion
    self.sources = sources
    var files: [ManifestFile] = []
    var weights: [ManifestWeights] = []
    for file in folder.files where Self.lists(file.role) {
      if let file = known[file.path] {
        files.append(file)
      } else {
        files.append(try ManifestFile(file, in: folder))
      }
      guard file.role.holdsTensors else { continue }
      weights.append(try ManifestWeights(file.path, in: folder, .values))
    }
    self.files = files
    self.weights = weights
    let roles = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.role) })
    let artifacts = weights.filter { roles[$0.path] == .artifact }
    let references = weights.filter { roles[$0.path] == .weights }
    relations = artifacts.flatMap { artifact in
      references.filter { $0.path.folder == artifact.path.folder }
        .map { ManifestRelation(of: artifact, to: $0) }
    }
  }

  /// A manifest cannot hold its own digest, nor that of a signature over it.
  public static func lists(_ role: FileRole) -> Bool { role != .manifest && role != .signature }

  /// Reads a manifest; throws I07 for what is none, I06 for paths that lead out of the folder, I09
  /// for a later schema, I04 for one that is too large.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    let rule = RecordsRules.badManifest
    let reader = try RecordReader(document: bytes, rule)
    tool = try reader.text(.tool)
    toolVersion = try reader.text(.version)
    files = try ManifestFile.list(.files, of: reader)
    var weights: [ManifestWeights] = []
    for entry in try reader.objects(.weights) { weights.append(try ManifestWeights(entry)) }
    self.weights = weights.sorted { $0.path < $1.path }
    var relations: [ManifestRelation] = []
    for entry in try reader.objects(.relations) { relations.append(try ManifestRelation(entry)) }
    self.relations = relations
    sources = try reader.objects(.sources).map(Source.init)
    try requireConsistency()
  }

  /// Reads the manifest in a record's folder; throws F01 where there is none.
  public init(in folder: RecordFolder) throws(Rejection) {
    let path = try RecordPath(RecordFileName.manifest)
    let file = try folder.open(path)
    do throws(Rejection) {
      try self.init(parsing: file.bytes)
    } catch {
      throw error.inside(Place(file: "\(folder.path)/\(path)"))
    }
  }

  /// Weights and relations must speak of files that are listed, each once.
  private func requireConsistency() throws(Rejection) {
    let listed = Set(files.map(\.path))
    var described: Set<RecordPath> = []
    for entry in weights {
      guard listed.contains(entry.path) else { throw Self.unlisted(entry.path) }
      guard described.insert(entry.path).inserted else {
        throw Rejection(
          RecordsRules.badManifest, "the tensors of \(entry.path) stand there twice")
      }
    }
    for path in sources.compactMap(\.path) {
      guard listed.contains(path) else { throw Self.unlisted(path) }
    }
    for path in relations.flatMap({ [$0.artifact, $0.reference] }) {
      guard described.contains(path) else { throw Self.unlisted(path) }
    }
    for relation in relations { try requireTruth(of: relation) }
  }

  private static func unlisted(_ path: RecordPath) -> Rejection {
    Rejection(RecordsRules.badManifest, "\(path) is spoken of and not listed")
  }

  /// A relation follows from the digests, so it can be checked without any file.
  private func requireTruth(of relation: ManifestRelation) throws(Rejection) {
    guard let artifact = weights.first(where: { $0.path == relation.artifact }),
      let reference = weights.first(where: { $0.path == relation.reference }),
      ManifestRelation(of: artifact, to: reference) == relation
    else {
      throw Rejection(
        RecordsRules.badManifest,
        "what it says of \(relation.artifact) against \(relation.reference) is not what its "
          + "digests say")
    }
  }

  /// As JSON: `schema`, `tool`, `version`, `files`, `weights`, `relations`, `sources`.
  public var json: JSONValue {
    .record([
      (.schema, .integer(1)), (.tool, .string(tool)), (.version, .string(toolVersion)),
      (.files, .array(files.map(\.json))), (.weights, .array(weights.map(\.json))),
      (.relations, .array(relations.map(\.json))),
      (.sources, .array(sources.map(\.json))),
    ])
  }

  /// The file.
  public var bytes: [UInt8] { json.encoded(.pretty) + [UInt8(ascii: "\n")] }
}

extension RecordManifest.Source {
  fileprivate init(_ reader: RecordReader) throws(Rejection) {
    name = try reader.text(.name)
    url = try reader.optionalText(.url)
    sha256 = try reader.optionalDigest(.sha256)
    path = try reader.optionalPath(.path)
  }

  fileprivate var json: JSONValue {
    .record(
      [(.name, .string(name)), (.url, url.map(JSONValue.string) ?? .null)]
        + (sha256.map { [(.sha256, .string($0))] } ?? [])
        + (path.map { [(.path, .string($0.description))] } ?? []))
  }

  /// The number of the pull request that the address leads to, if it leads to one.
  var pullRequest: Int? {
    url.flatMap(PullRequest.number(inAddress:))
  }
}

public import Diagnostics
public import JSON
internal import RecordFormats

/// index.json at the root of a repository: the records that are in it.
///
/// Sorted by path, so that adding or replacing a record in any order gives the same bytes.
public struct RecordIndex: Sendable, Equatable {
  /// One record.
  public struct Entry: Sendable, Equatable {
    /// Its folder in the repository.
    public let path: RecordPath
    /// What it is called.
    public let name: String?
    /// Who made it.
    public let author: String?
    /// The day.
    public let date: String?
    /// The track.
    public let track: String?
    /// Bits per byte of validation text, as the author states it.
    public let valBPB: Double?
    /// The bytes of code and model, as the author states them.
    public let byteCount: Int?
    /// Its files, with paths below its folder.
    public let files: [ManifestFile]
    /// The records that it builds on, as the author names them.
    public let bases: [BaseRecord]
    /// The number of the pull request that it came from, where that is known.
    public let pullRequest: Int?

    /// Describes a record that lies at `path` in the repository; `sources` are its manifest's.
    public init(
      path: RecordPath, _ submission: Submission, files: [ManifestFile],
      sources: [RecordManifest.Source] = []
    ) {
      self.path = path
      name = submission.name?.value
      author = submission.author?.value
      date = submission.date?.value.day
      track = submission.track.flatMap { TrackName($0.value)?.text }
      valBPB = submission.valBPB?.value
      byteCount = submission.claimedByteCount
      self.files = files.sorted { $0.path < $1.path }
      bases = submission.bases
      pullRequest = sources.compactMap(\.pullRequest).first
    }

    init(_ reader: RecordReader) throws(Rejection) {
      path = try reader.path(.path)
      name = try reader.optionalText(.name)
      author = try reader.optionalText(.author)
      date = try reader.optionalText(.date)
      track = try reader.optionalText(.track)
      valBPB = try reader.optionalNumber(.valBPB)
      byteCount = try reader.optionalCount(.bytes)
      files = try ManifestFile.list(.files, of: reader)
      bases = try reader.optionalObjects(.bases).map(BaseRecord.init)
      pullRequest = try reader.optionalCount(.pullRequest)
      guard date.map({ RecordDate($0) != nil }) ?? true else {
        throw reader.refusal(.date, "is no date")
      }
    }
  }

  /// More records than a repository of them has.
  static let mostEntries = 100_000

  /// The records in the order of their paths.
  public private(set) var entries: [Entry] = []

  /// An index of nothing.
  public init() {}

  /// Reads an index; throws I08 for what is none, I06 for unsafe paths, I09 for a later schema, I04
  /// for one that is too large.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    let rule = RecordsRules.badIndex
    let reader = try RecordReader(document: bytes, rule)
    let records = try reader.objects(.records)
    guard records.count <= Self.mostEntries else {
      throw Rejection(RecordsRules.tooLarge, "\(records.count) records")
    }
    var entries: [Entry] = []
    var paths = DistinctPaths()
    for record in records {
      let entry = try Entry(record)
      try paths.insert(entry.path, or: rule)
      entries.append(entry)
    }
    try paths.finish(or: rule)
    self.entries = entries.sorted { $0.path < $1.path }
  }

  /// Adds a record, or replaces the one at its path; throws I10 where one lies in the other,
  /// and where two paths differ only in capitals, since some file systems take both for one.
  public mutating func set(_ entry: Entry) throws(Rejection) {
    let folded = entry.path.description.lowercased()
    if let index = entries.firstIndex(where: { $0.path == entry.path }) {
      entries[index] = entry
      return
    }
    if let other = entries.first(where: {
      $0.path.isInside(entry.path) || entry.path.isInside($0.path)
    }) {
      throw Rejection(
        RecordsRules.collision, "\(entry.path) and \(other.path) lie in one another")
    }
    if let other = entries.first(where: { $0.path.description.lowercased() == folded }) {
      throw Rejection(
        RecordsRules.collision, "\(entry.path) differs from \(other.path) only in capitals")
    }
    let position = entries.firstIndex { entry.path < $0.path } ?? entries.endIndex
    entries.insert(entry, at: position)
  }

  /// As JSON: `schema`, `records`.
  public var json: JSONValue {
    .record([(.schema, .integer(1)), (.records, .array(entries.map(\.json)))])
  }

  /// The file.
  public var bytes: [UInt8] { json.encoded(.pretty) + [UInt8(ascii: "\n")] }
}

extension RecordIndex.Entry {
  /// As JSON: `path`, `name`, `author`, `date`, `track`, `val_bpb`, `bytes`, `files`, and `bases`
  /// and `pull_request` where there are any.
  fileprivate var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    return .record(
      [
        (.path, .string(path.description)), (.name, text(name)), (.author, text(author)),
        (.date, text(date)), (.track, text(track)),
        (.valBPB, valBPB.map(JSONValue.number) ?? .null),
        (.bytes, byteCount.map(JSONValue.integer) ?? .null),
        (.files, .array(files.map(\.json))),
      ]
        + (bases.isEmpty ? [] : [(.bases, .array(bases.map(\.json)))])
        + (pullRequest.map { [(.pullRequest, .integer($0))] } ?? []))
  }
}

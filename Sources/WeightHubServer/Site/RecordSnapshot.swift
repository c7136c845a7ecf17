internal import GRDB
internal import JSON
internal import RecordFormats

/// A record as it lies in its folder: what its manifest and description say, and what is stored.
struct RecordSnapshot: Sendable {
  /// A file that the manifest lists, or that lies there besides.
  struct File: Sendable {
    let path: String
    /// What the manifest says of it.
    let listed: RecordContents.File?
    /// The length and the digest of what is stored.
    let byteCount: Int?
    let sha256: String?

    /// Whether what is stored is what the manifest lists; nil where it says nothing of it.
    var isAsListed: Bool? {
      guard let listed, let wanted = listed.sha256 else { return nil }
      return wanted == sha256 && (listed.byteCount ?? byteCount) == byteCount
    }
  }

  let name: RepositoryName
  let revision: String
  let path: String
  let commit: String
  /// What the repository's index says.
  let summary: RecordSummary?
  /// The scores of the repository's records of that track, this one's too.
  let otherScores: [Double]
  let claims: RecordClaims?
  let contents: RecordContents?
  let files: [File]
  /// What it builds on, and what builds on it.
  var lineage = RecordLineage()

  /// What the page of two records names it by.
  var argument: String { path.isEmpty ? name.path : name.path + "/" + path }
  var title: String { claims?.name ?? summary?.name ?? (path.isEmpty ? name.id : path) }
  var author: String? { claims?.author ?? summary?.author }
  var date: String? { claims?.date ?? summary?.date }
  var track: String? { claims?.track ?? summary?.track }
  var bitsPerByte: Double? {
    (claims?.bitsPerByte ?? summary?.bitsPerByte).flatMap { (0..<1000).contains($0) ? $0 : nil }
  }
  /// Code and model, as the author states them, or as they lie there.
  var byteCount: Int? {
    claims?.byteCount ?? summary?.byteCount ?? modelByteCount.map { $0 + (codeByteCount ?? 0) }
  }
  var codeByteCount: Int? { claims?.codeByteCount ?? sum(of: .script) }
  var modelByteCount: Int? { claims?.modelByteCount ?? sum(of: .artifact) }

  /// What is stored of the kinds that count, in words.
  var storedWords: String? {
    let kinds: [(FileRole, String)] = [(.artifact, "artifact"), (.script, "code")]
    let words = kinds.compactMap { role, word in
      sum(of: role).map { "\(word) \(SiteNumber.grouped($0))" }
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// The stored bytes of the files that are for something.
  private func sum(of role: FileRole) -> Int? {
    let found = files.filter { $0.listed?.role == role.rawValue }.compactMap(\.byteCount)
    return found.isEmpty ? nil : found.reduce(0, +)
  }
}

/// The files that the page of a record reads, before they are read.
struct RecordSources: Sendable {
  let folder: FolderSnapshot
  let index: Blob?
  let manifest: Blob?
  let submission: Blob?

  /// Throws what asking for a folder throws that is not there, and for one that is no record.
  init(_ folder: FolderSnapshot, in database: Database) throws {
    self.folder = folder
    manifest = try folder.blob(RecordFileName.manifest, in: database)
    submission = try folder.blob(RecordFileName.submission, in: database)
    index = try folder.change.blob(at: RecordFileName.index, in: database)
    guard manifest != nil || submission != nil else {
      throw HubFailure(
        status: 404, code: "EntryNotFound",
        message: "\(folder.path.isEmpty ? "The repository" : folder.path) is no record: it has "
          + "neither a \(RecordFileName.manifest) nor a \(RecordFileName.submission)")
    }
  }
}

extension RecordSnapshot.File {
  private static let most = 2000

  /// The files that a manifest lists, with what is stored in a folder of a commit; then the others
  /// of the folder.
  static func all(
    _ contents: RecordContents?, in folder: FolderSnapshot, _ database: Database
  ) throws -> [RecordSnapshot.File] {
    let prefix = folder.path.isEmpty ? "" : folder.path + "/"
    let listed = (contents?.files ?? []).prefix(most)
    var files = try listed.map { file in
      let blob = try folder.change.blob(at: prefix + file.path, in: database)
      return Self(
        path: file.path, listed: file, byteCount: blob?.byteCount, sha256: blob?.content.hex)
    }
    let known = Set(listed.map(\.path))
    for entry in folder.entries where !entry.isFolder && !known.contains(entry.name) {
      files.append(
        Self(path: entry.name, listed: nil, byteCount: entry.byteCount, sha256: entry.sha256))
    }
    return files
  }
}

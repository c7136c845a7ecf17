internal import JSON
internal import RecordFormats

/// A record as the index at the root of its repository tells of it.
struct RecordSummary: Sendable, Equatable {
  let repository: RepositoryName
  /// Its folder.
  let path: String
  let name: String?
  let author: String?
  let date: String?
  let track: String?
  /// Bits per byte of validation text, as the author states it.
  let bitsPerByte: Double?
  /// The bytes of code and model, as the author states them.
  let byteCount: Int?
  let fileCount: Int
  /// The records that it builds on, as its author names them.
  let bases: [RecordBase]
  /// The number of the pull request that it came from, where that is known.
  let pullRequest: Int?

  /// Indexes name no more records than these on any page.
  static let mostOfRepository = 2000
  private static let mostBases = 16

  /// The record of an entry; nil without a path that can lead to one.
  init?(_ json: JSONValue, in repository: RepositoryName) {
    guard let path = json[.path]?.string, (try? GitPath(path)) != nil else { return nil }
    self.repository = repository
    self.path = path
    (name, author) = (json.text(.name), json.text(.author))
    (date, track) = (json.text(.date), json.text(.track))
    bitsPerByte = json.number(.valBPB).flatMap { $0 > 0 && $0 < 1000 ? $0 : nil }
    byteCount = json.count(.bytes).flatMap { $0 > 0 ? $0 : nil }
    fileCount = json.list(.files, atMost: 10_000).count
    bases = json.list(.bases, atMost: Self.mostBases).compactMap(RecordBase.init)
    pullRequest = json.count(.pullRequest)
  }

  /// The records of an index; none of what is no index.
  static func all(in index: JSONValue?, of repository: RepositoryName) -> [RecordSummary] {
    (index?.list(.records, atMost: mostOfRepository) ?? []).compactMap {
      RecordSummary($0, in: repository)
    }
  }

  /// The name, or the folder where it has none.
  var title: String { name ?? path }

  /// What the page of two records names it by.
  var argument: String { repository.path + "/" + path }

  /// Whether a text stands in its name, its author's, its track's or its folder.
  func mentions(_ text: String) -> Bool {
    guard !text.isEmpty else { return true }
    let wanted = text.lowercased()
    return [name, author, track, path, repository.id].contains {
      $0?.lowercased().contains(wanted) == true
    }
  }
}

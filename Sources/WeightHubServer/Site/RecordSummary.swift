internal import JSON

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
  /// The bytes of all of its files.
  let storedByteCount: Int

  /// Indexes name no more records than these on any page.
  static let mostOfRepository = 2000

  /// The record of an entry; nil without a path that can lead to one.
  init?(_ json: JSONValue, in repository: RepositoryName) {
    guard let path = json["path"]?.string, (try? GitPath(path)) != nil else { return nil }
    self.repository = repository
    self.path = path
    (name, author) = (json.text("name"), json.text("author"))
    (date, track) = (json.text("date"), json.text("track"))
    bitsPerByte = json.number("val_bpb").flatMap { $0 > 0 && $0 < 1000 ? $0 : nil }
    byteCount = json.count("bytes").flatMap { $0 > 0 ? $0 : nil }
    let files = json.list("files", atMost: 10_000)
    fileCount = files.count
    storedByteCount = files.reduce(0) { $0 &+ ($1.count("bytes") ?? 0) }
  }

  /// The records of an index; none of what is no index.
  static func all(in index: JSONValue?, of repository: RepositoryName) -> [RecordSummary] {
    (index?.list("records", atMost: mostOfRepository) ?? []).compactMap {
      RecordSummary($0, in: repository)
    }
  }

  /// The name, or the folder where it has none.
  var title: String { name ?? path }

  /// What the page of two records names it by.
  var argument: String { repository.argument + "/" + path }

  /// Whether a text stands in its name, its author's, its track's or its folder.
  func mentions(_ text: String) -> Bool {
    guard !text.isEmpty else { return true }
    let wanted = text.lowercased()
    return [name, author, track, path, repository.id].contains {
      $0?.lowercased().contains(wanted) == true
    }
  }
}

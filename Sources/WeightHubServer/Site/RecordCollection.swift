/// The records of several repositories.
struct RecordCollection: Sendable {
  private(set) var records: [RecordSummary] = []
  /// Whether some were left out, because there are too many.
  private(set) var isCut = false

  static let mostRecords = 10_000
  /// The bytes of all the indexes that one page reads.
  static let mostIndexBytes = 32 << 20

  init() {}
  init(_ records: [RecordSummary]) { self.records = records }

  /// Adds those of a repository.
  mutating func add(_ found: [RecordSummary]) {
    let room = Self.mostRecords - records.count
    isCut = isCut || found.count > room || found.count == RecordSummary.mostOfRepository
    records += found.prefix(room)
  }

  /// Says that an index was not read.
  mutating func leaveOut() { isCut = true }

  /// Those in which a text stands, of an author if one is wanted.
  func filtered(_ text: String, author: String) -> RecordCollection {
    var copy = self
    copy.records = records.filter { record in
      record.mentions(text)
        && (author.isEmpty || record.repository.namespace == author || record.author == author)
    }
    return copy
  }
}

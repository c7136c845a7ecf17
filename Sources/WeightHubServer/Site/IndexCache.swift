internal import Synchronization

/// The records of indexes that were read lately, by the names that git has for them: what has the
/// same name says the same for ever.
final class IndexCache: Sendable {
  private struct Key: Hashable {
    let oid: ObjectID
    let repository: RepositoryName
  }

  private struct State {
    var records: [Key: [RecordSummary]] = [:]
    /// The oldest first, with the bytes of the texts that they were read from.
    var order: [(key: Key, byteCount: Int)] = []
    var byteCount = 0
  }

  private static let mostEntries = 64
  private static let mostBytes = 32 << 20
  private let state = Mutex(State())

  /// The records of an index; nil where it has to be read.
  func records(in blob: Blob, of repository: RepositoryName) -> [RecordSummary]? {
    state.withLock { $0.records[Key(oid: blob.oid, repository: repository)] }
  }

  /// Keeps the records of an index, and lets go of the oldest that there is no room for.
  func keep(_ records: [RecordSummary], in blob: Blob, of repository: RepositoryName) {
    let key = Key(oid: blob.oid, repository: repository)
    state.withLock { state in
      guard state.records.updateValue(records, forKey: key) == nil else { return }
      state.order.append((key, blob.byteCount))
      state.byteCount += blob.byteCount
      while state.order.count > Self.mostEntries || state.byteCount > Self.mostBytes {
        let oldest = state.order.removeFirst()
        state.records[oldest.key] = nil
        state.byteCount -= oldest.byteCount
      }
    }
  }

  /// How many indexes are kept.
  var count: Int { state.withLock { $0.order.count } }
}

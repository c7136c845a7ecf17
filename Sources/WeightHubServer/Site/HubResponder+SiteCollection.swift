internal import GRDB
internal import RecordFormats

/// The pages about many repositories.
extension HubResponder {
  /// Repositories of one page at most; of each kind.
  private static let mostRepositories = 1000

  /// A repository with the index of its records.
  private struct Indexed: Sendable {
    let repository: Repository
    let index: Blob?
  }

  func collectionPage(_ query: CollectionQuery, _ call: Call) async throws -> CollectionPage {
    guard call.visitor.mayRead else { throw HubFailure.unauthorized }
    let found = try await indexed(query, call)
    let records = try await records(of: found).filtered(query.text, author: query.author)
    let containing = Set(records.records.map(\.repository))
    let repositories = found.map(\.repository).filter { repository in
      let isNamed = repository.name.id.lowercased().contains(query.text.lowercased())
      let isAuthors = query.author.isEmpty || repository.name.namespace == query.author
      return (query.text.isEmpty || isNamed) && isAuthors || containing.contains(repository.name)
    }
    return CollectionPage(
      repositories: Self.sorted(repositories, by: query.order), records: records, query: query,
      isCut: found.count >= Self.mostRepositories,
      page: call.target.number("p", in: 0...CollectionPage.mostPages, or: 0),
      recordPage: call.target.number("r", in: 0...CollectionPage.mostPages, or: 0))
  }

  private static func sorted(
    _ repositories: [Repository], by order: CollectionQuery.Order
  ) -> [Repository] {
    switch order {
    case .modified: repositories.sorted { ($0.modified, $0.id) > ($1.modified, $1.id) }
    case .created: repositories.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
    case .name: repositories.sorted { ($0.name.id, $0.id) < ($1.name.id, $1.id) }
    }
  }

  func leaderboardPage(_ call: Call) async throws -> LeaderboardPage {
    guard call.visitor.mayRead else { throw HubFailure.unauthorized }
    let sorting = call.target.value("sort").flatMap(RecordTable.Sorting.init)
    return LeaderboardPage(
      try await allRecords(for: call), track: call.target.value("track"),
      sorting: sorting ?? RecordTable.Sorting(.score),
      page: call.target.number("p", in: 0...CollectionPage.mostPages, or: 0))
  }

  /// The records of all repositories that the visitor may see.
  func allRecords(for call: Call) async throws -> RecordCollection {
    try await records(of: try await indexed(CollectionQuery(), call))
  }

  /// The repositories that the visitor may see, with their indexes.
  private func indexed(_ query: CollectionQuery, _ call: Call) async throws -> [Indexed] {
    let includingPrivate = call.visitor.name != nil
    let kinds = query.kind.map { [$0] } ?? RepositoryKind.allCases
    return try await hub.database.read { database in
      try kinds.flatMap { kind in
        try Repository.all(
          kind, author: nil, search: nil, includingPrivate: includingPrivate,
          limit: Self.mostRepositories, in: database
        ).map { try Indexed(repository: $0, index: $0.index(in: database)) }
      }
    }
  }

  private func records(of repositories: [Indexed]) async throws -> RecordCollection {
    var collection = RecordCollection()
    var byteCount = 0
    for indexed in repositories {
      guard let index = indexed.index else { continue }
      byteCount += index.byteCount
      guard byteCount <= RecordCollection.mostIndexBytes else {
        collection.leaveOut()
        break
      }
      collection.add(try await records(in: index, of: indexed.repository.name))
    }
    return collection
  }
}

extension Repository {
  /// The index of its records on main.
  fileprivate func index(in database: Database) throws -> Blob? {
    guard let main = try Reference.named(Reference.main, of: self, in: database),
      let change = try Change.named(main.target, of: self, in: database)
    else { return nil }
    return try change.blob(at: RecordFileName.index, in: database)
  }
}

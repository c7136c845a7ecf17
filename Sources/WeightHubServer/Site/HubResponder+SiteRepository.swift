internal import GRDB
internal import RecordFormats

/// The pages about one repository.
extension HubResponder {
  /// A folder, with the files in it that its page reads.
  private struct Loaded: Sendable {
    let folder: FolderSnapshot
    let card: Blob?
    let index: Blob?
    let manifest: Blob?
  }

  private func load(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> Loaded {
    try await hub.database.read { database in
      let folder = try FolderSnapshot(
        repository(name, for: call.visitor, in: database), at: revision, path: path, in: database)
      return Loaded(
        folder: folder, card: try folder.blob("README.md", in: database),
        index: try folder.blob(RecordFileName.index, in: database),
        manifest: try folder.blob(RecordFileName.manifest, in: database))
    }
  }

  private func card(_ blob: Blob?) async throws -> String? {
    try await text(of: blob, upTo: RepositoryPage.greatestCard).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  func repositoryPage(_ name: RepositoryName, _ call: Call) async throws -> RepositoryPage {
    let loaded = try await load(name, call.target.value("revision") ?? "main", "", call)
    var records = RecordCollection()
    records.add(try await self.records(in: loaded.index, of: name))
    return RepositoryPage(
      folder: loaded.folder, card: try await card(loaded.card), records: records,
      address: call.address)
  }

  func folderPage(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> FolderPage {
    let loaded = try await load(name, revision, path, call)
    return FolderPage(
      folder: loaded.folder, isRecord: loaded.manifest != nil,
      card: try await card(loaded.card))
  }

  func filePage(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> FilePage {
    let blob = try await hub.database.read { database in
      try repository(name, for: call.visitor, in: database).change(at: revision, in: database)
        .blob(at: path, in: database)
    }
    guard let blob else { throw HubFailure.noEntry(path) }
    let bytes = try await text(of: blob, upTo: FilePage.greatestText)
    return FilePage(
      name: name, revision: revision, path: path, byteCount: blob.byteCount,
      sha256: blob.content.hex, oid: blob.oid.hex, isLarge: blob.pointerByteCount != nil,
      text: bytes.flatMap { $0.contains(0) ? nil : String(validating: $0, as: UTF8.self) })
  }

  func historyPage(
    _ name: RepositoryName, _ revision: String, _ call: Call
  ) async throws -> HistoryPage {
    let page = call.target.number("p", in: 0...(1 << 20), or: 0)
    let changes = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      return try repository.change(at: revision, in: database).history(
        of: repository, offset: page * HistoryPage.rows, limit: HistoryPage.rows + 1,
        in: database)
    }
    return HistoryPage(
      name: name, revision: revision, changes: Array(changes.prefix(HistoryPage.rows)),
      page: page, hasMore: changes.count > HistoryPage.rows)
  }

  func changePage(
    _ name: RepositoryName, _ oid: String, _ call: Call
  ) async throws -> ChangePage {
    try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: oid, in: database)
      let parent = try change.parent.flatMap { try Change.named($0, of: repository, in: database) }
      let before = try parent.map { try GitTree.named($0.tree, in: database) } ?? GitTree()
      return ChangePage(
        name: name, change: change,
        difference: try TreeDifference(
          from: before, to: .named(change.tree, in: database), in: database))
    }
  }

  func discussionsPage(_ name: RepositoryName, _ call: Call) async throws -> DiscussionsPage {
    try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      return DiscussionsPage(
        name: name, discussions: try Discussion.all(of: repository, in: database))
    }
  }

  func discussionPage(
    _ name: RepositoryName, _ number: Int, _ call: Call
  ) async throws -> DiscussionPage {
    try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let discussion = try Discussion.numbered(number, of: repository, in: database)
      return DiscussionPage(
        name: name, discussion: discussion,
        difference: try discussion.proposal(in: repository, database))
    }
  }
}

extension Discussion {
  /// What a pull request that goes on would change.
  fileprivate func proposal(
    in repository: Repository, _ database: Database
  ) throws -> TreeDifference? {
    guard isPullRequest, status == .open,
      try Reference.named(referenceName, of: repository, in: database) != nil
    else { return nil }
    let main = try repository.change(at: "main", in: database)
    let proposed = try repository.change(at: referenceName, in: database)
    return try TreeDifference(
      from: .named(main.tree, in: database), to: .named(proposed.tree, in: database), in: database)
  }
}

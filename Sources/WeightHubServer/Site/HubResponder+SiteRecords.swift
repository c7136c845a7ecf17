internal import GRDB
internal import JSON

/// The pages about records.
extension HubResponder {
  func recordPage(
    _ name: RepositoryName, _ path: String, _ call: Call
  ) async throws -> RecordPage {
    let revision = call.target.value("revision") ?? "main"
    return RecordPage(
      record: try await record(name, revision, path, call),
      file: call.target.value("file").flatMap { $0.isEmpty ? nil : $0 },
      filter: String((call.target.value("tensor") ?? "").prefix(200)), address: call.address)
  }

  func comparisonPage(_ call: Call) async throws -> ComparePage {
    guard call.visitor.mayRead else { throw HubFailure.unauthorized }
    let arguments = ["a", "b"].map { String((call.target.value($0) ?? "").prefix(2000)) }
    var records: [RecordSnapshot] = []
    for argument in arguments where arguments.allSatisfy({ !$0.isEmpty }) {
      guard let named = RecordArgument(argument) else {
        throw HubFailure.badRequest("\(argument.prefix(200)) names no record")
      }
      records.append(try await record(named.name, named.revision, named.path, call))
    }
    let files = ["fa", "fb"].map { name in
      call.target.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    return ComparePage(arguments: arguments, records: records, files: files)
  }

  private func record(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> RecordSnapshot {
    let sources = try await hub.database.read { database in
      let folder = try FolderSnapshot(
        repository(name, for: call.visitor, in: database), at: revision, path: path, in: database)
      return try RecordSources(folder, in: database)
    }
    let contents = try await json(of: sources.manifest, upTo: 8 << 20).flatMap { json in
      json.members.map { _ in RecordContents(json) }
    }
    let claims = try await json(of: sources.submission, upTo: 1 << 20).map(RecordClaims.init)
    let records = try await records(in: sources.index, of: name)
    let files = try await hub.database.read { database in
      try RecordSnapshot.File.all(contents, in: sources.folder, database)
    }
    let summary = records.first { $0.path == path }
    var snapshot = RecordSnapshot(
      name: name, revision: revision, path: path, commit: sources.folder.change.oid.hex,
      summary: summary,
      otherScores: records.filter { $0.track == summary?.track }.compactMap(\.bitsPerByte),
      claims: claims, contents: contents, files: files)
    if let summary {
      snapshot.lineage = RecordLineage(
        of: summary, claims?.bases ?? [], among: try await allRecords(for: call).records)
    }
    return snapshot
  }
}

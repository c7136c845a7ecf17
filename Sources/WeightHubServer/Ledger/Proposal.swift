internal import GRDB

/// A change of a repository's files that somebody asks for. It becomes a commit as a whole or not
/// at all.
struct Proposal: Sendable {
  /// What happens to a path.
  enum Step: Sendable {
    /// A file is there from now on.
    case put(GitPath, Blob)
    /// A file is gone.
    case remove(GitPath)
    /// A folder is gone, with what is in it.
    case removeFolder(GitPath)
  }

  var title = ""
  var message = ""
  /// The commit that the author saw; another one by now refuses the change. Nil puts up with any.
  var parent: String?
  var author = ""
  var time = 0
  var steps: [Step] = []

  /// What came of it.
  struct Outcome: Sendable {
    let change: ObjectID
    /// The pull request that was opened for it.
    let pullRequest: Int?
  }
}

extension Proposal {
  /// Makes the commit on a branch or a pull request, or opens a pull request on it.
  func apply(
    to repository: Repository, at revision: String, opensPullRequest: Bool, in database: Database
  ) throws -> Outcome {
    guard let reference = try Reference.resolve(revision, of: repository, in: database),
      opensPullRequest || reference.isMovable
    else { throw HubFailure.noRevision(revision) }
    try checkParent(against: reference.target)
    let head = try Change.named(reference.target, of: repository, in: database)
    let change = try change(on: head, in: database)
    if let change { try change.save(in: repository, database) }
    let oid = change?.oid ?? reference.target
    guard opensPullRequest else {
      try Reference(name: reference.name, target: oid).save(in: repository, database)
      return Outcome(change: oid, pullRequest: nil)
    }
    let request = try Discussion.open(
      title: title, description: message, author: author, at: time, isPullRequest: true,
      in: repository, database)
    try Reference(name: request.referenceName, target: oid).save(in: repository, database)
    return Outcome(change: oid, pullRequest: request.number)
  }

  /// Short names are allowed, as the protocol has it.
  private func checkParent(against head: ObjectID) throws {
    guard let parent else { return }
    guard parent.utf8.count >= 7, head.hex.hasPrefix(parent.lowercased()) else {
      throw HubFailure.stale
    }
  }

  /// The commit on top of another; nil where nothing changes.
  private func change(on head: Change?, in database: Database) throws -> Change? {
    let base = try head.map { try GitTree.named($0.tree, in: database) } ?? GitTree()
    let edit = TreeEdit(base) { try GitTree.named($0, in: database) }
    for step in steps { try apply(step, to: edit, in: database) }
    let (tree, folders) = edit.trees()
    guard tree.oid != base.oid || head == nil else { return nil }
    for tree in folders + [tree] { try tree.save(in: database) }
    return Change(
      parent: head?.oid, tree: tree.oid, title: title, message: message, author: author,
      created: time)
  }

  private func apply(_ step: Step, to edit: TreeEdit, in database: Database) throws {
    switch step {
    case .put(let path, let blob):
      try blob.save(in: database)
      try edit.put(blob.oid, at: path)
    case .remove(let path):
      guard try edit.remove(path, isFolder: false) else { throw HubFailure.noEntry(path.text) }
    case .removeFolder(let path):
      guard try edit.remove(path, isFolder: true) else { throw HubFailure.noEntry(path.text) }
    }
  }
}

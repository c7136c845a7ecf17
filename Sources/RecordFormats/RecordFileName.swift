/// What the files that describe a record or a repository of them are called.
package enum RecordFileName {
  /// What its author says of a record.
  package static let submission = "submission.json"
  /// Every file and tensor of a record with its digest.
  package static let manifest = "manifest.json"
  /// The records of a repository, at its root.
  package static let index = "index.json"
}

internal import JSON

/// The keys of a statement.
enum StatementKey: String {
  case type = "_type"
  case subject, predicateType, predicate

  // Of the predicate.
  case serialization, resources

  // Of the serialization.
  case method
  case hashType = "hash_type"
  case shardSize = "shard_size"
  case ignoredPaths = "ignore_paths"
  case allowsLinks = "allow_symlinks"

  // Of the subject and of resources.
  case name, digest, algorithm, sha256
}

extension JSONValue {
  /// An object of a statement.
  static func statement(_ members: KeyValuePairs<StatementKey, JSONValue>) -> JSONValue {
    .object(members.map { ($0.key.rawValue, $0.value) })
  }
}

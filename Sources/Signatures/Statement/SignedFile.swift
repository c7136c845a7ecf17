import Diagnostics

/// What a statement says of one file: the digests of its parts, which are all of it.
struct SignedFile {
  let components: [String]
  /// The parts from the first byte on; one without a range is the whole file.
  let parts: [SignedResource]

  /// The length that the parts add up to; nil where the whole was digested.
  var byteCount: Int? { parts.last?.range?.upperBound }

  /// The path below the folder.
  var path: String { components.joined(separator: "/") }
}

extension InTotoStatement {
  /// The files in order of their paths; throws G06 where the shards of one leave bytes out.
  func files() throws(Rejection) -> [SignedFile] {
    var groups: [ExactText: [SignedResource]] = [:]
    for resource in resources { groups[ExactText(resource.path), default: []].append(resource) }
    var files: [SignedFile] = []
    for parts in groups.values {
      let parts = parts.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) }
      var end = 0
      for range in parts.compactMap(\.range) {
        guard range.lowerBound == end else {
          throw Rejection(
            SignaturesRules.statement,
            "\(parts[0].path.debugDescription): no shard begins at byte \(end)")
        }
        end = range.upperBound
      }
      files.append(SignedFile(components: parts[0].components, parts: parts))
    }
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }
}

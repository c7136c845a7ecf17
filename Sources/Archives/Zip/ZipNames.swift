import Diagnostics

/// The names of an archive's entries, each used once.
struct ZipNames {
  /// From a name to its place in the central directory.
  let indices: [String: Int]

  init(_ headers: [CentralHeader], audit: inout Audit) throws(Rejection) {
    var indices: [String: Int] = [:]
    var folded: Set<String> = []
    indices.reserveCapacity(headers.count)
    folded.reserveCapacity(headers.count)
    for (index, header) in headers.enumerated() {
      let place = Place(member: header.name)
      if indices.updateValue(index, forKey: header.name) != nil {
        throw Rejection(ArchiveRules.duplicateNames, "the name stands for two entries", at: place)
      }
      if !folded.insert(header.name.lowercased()).inserted {
        try audit.enforce(
          ArchiveRules.duplicateNames, "the name differs from another only in case", at: place)
      }
    }
    self.indices = indices
  }
}

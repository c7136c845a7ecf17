internal import Diagnostics
internal import JSON
internal import Records

extension FuzzEntry {
  /// A description, a manifest, an index and a log; what is written must read back the same.
  static func readRecord(_ bytes: RawSpan) {
    if let submission = try? Submission(parsing: bytes) {
      let text = submission.json.encoded()
      precondition((try? JSONValue(parsing: text)) != nil, "its own form is no JSON")
    }
    if let manifest = try? RecordManifest(parsing: bytes) {
      let again = try? RecordManifest(parsing: manifest.bytes.span.bytes)
      precondition(again == manifest, "a manifest of its own is another one")
    }
    if let index = try? RecordIndex(parsing: bytes) {
      let again = try? RecordIndex(parsing: index.bytes.span.bytes)
      precondition(again == index, "an index of its own is another one")
    }
    guard let path = try? RecordPath("train.log") else { return }
    _ = TrainingLog(path: path, bytes)
  }
}

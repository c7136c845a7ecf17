internal import Checkpoints
internal import Diagnostics
internal import JSON

extension FuzzEntry {
  /// Relaxed rules let more bytes through, so that checksums do not end most runs at once.
  static let leniency = Set(ReadingRules.all.filter(\.isRelaxable).map(\.id))

  static func readSafetensors(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    guard let header = try? SafetensorsHeader(parsing: bytes, audit: &audit) else { return }
    for entry in header.entries {
      let start = header.payloadStart + entry.range.lowerBound
      _ = bytes.extracting(start..<(start + entry.range.count))
    }
  }

  static func readNumPy(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    guard let array = try? NumPyArray(parsing: bytes, audit: &audit) else { return }
    _ = bytes.extracting(array.dataStart...)
  }

  /// What could be parsed must survive being written and parsed again.
  static func rewriteJSON(_ bytes: RawSpan) {
    guard let value = try? JSONValue(parsing: bytes) else { return }
    let written = value.encoded()
    guard let again = try? JSONValue(parsing: written) else {
      preconditionFailure("what was written is no JSON")
    }
    precondition(again.encoded() == written, "writing is not stable")
  }
}

internal import Checkpoints
internal import Diagnostics
internal import Glibc
internal import JSON
internal import TensorCore

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

  /// Opens the bytes as a file, decodes its tensors, and scans it as `birdie scan` does.
  static func openCheckpoint(_ bytes: RawSpan) {
    let path = file(holding: bytes)
    defer { unlink(path) }
    _ = try? SafetyReport(scanning: path)
    guard let checkpoint = try? Checkpoint.open(path, leniency: leniency) else { return }
    for tensor in checkpoint.tensors where tensor.shape.elementCount <= 1 << 20 {
      // Views may repeat a few bytes many times; that is judged by the rules, not by patience.
      _ = try? tensor.content.sha256()
    }
  }

  /// A file with the input; each run gets a new one, for a mapping of the last may be alive.
  private static func file(holding bytes: RawSpan) -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/birdie-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    precondition(descriptor >= 0 && count == bytes.byteCount, "no room in \(folder)")
    close(descriptor)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

internal import Checkpoints
internal import Diagnostics
internal import TensorCore
internal import TestSupport

extension FuzzEntry {
  /// Opens the files of the input as a folder and each index in it by its own path, decodes the
  /// tensors, scans the folder as `birdie scan` does, and converts it.
  static func openFolder(_ bytes: RawSpan) {
    let bundle = BundledFiles(bytes.withUnsafeBytes(Array.init))
    withFolder { folder in
      try bundle.unpack(into: folder)
      readTensors(at: folder.root)
      convert(at: folder.root)
      for file in bundle.files where file.name.hasSuffix(".json") {
        readTensors(at: folder.path(file.name))
      }
    }
  }

  /// Opens the input as a file, decodes its tensors, and scans it as `birdie scan` does.
  static func openCheckpoint(_ bytes: RawSpan) {
    withFolder { folder in
      readTensors(at: try folder.write("input", bytes.withUnsafeBytes(Array.init)))
    }
  }

  /// A folder for one run, for a mapping of the last run's files may be alive.
  static func withFolder(_ body: (TemporaryFolder) throws -> Void) {
    do { try body(try TemporaryFolder()) } catch {
      preconditionFailure("no room for files: \(error)")
    }
  }

  private static func readTensors(at path: String) {
    _ = try? SafetyReport(scanning: path)
    guard let checkpoint = try? Checkpoint.open(path, leniency: leniency) else { return }
    var audit = Audit(leniency: leniency)
    try? checkpoint.verifyPayloads(audit: &audit)
    for tensor in checkpoint.tensors where tensor.shape.elementCount <= maximumElementCount {
      _ = try? tensor.content.sha256()
    }
  }

  /// Views may repeat a few bytes many times; that is judged by the rules, not by patience.
  static let maximumElementCount = 1 << 20
}

import Diagnostics
import Glibc
import JSON
import RecordFormats
import Records

/// What a record's folder is, beside what its manifest says.
struct ManifestReport {
  private let path: String
  private let manifest: RecordManifest
  private let verification: ManifestVerification

  /// Whether a folder has a manifest.
  static func isOne(_ path: String) -> Bool {
    access("\(path)/\(RecordFileName.manifest)", R_OK) == 0
  }

  /// Hashes every file of a folder and decodes its weights. Throws I-rules, and what opening
  /// checkpoints throws.
  init(of path: String) throws(Rejection) {
    let folder = try RecordFolder(scanning: path)
    self.path = path
    manifest = try RecordManifest(in: folder)
    verification = try manifest.verify(folder)
  }

  /// Whether everything is as the manifest says.
  var holds: Bool { verification.holds }

  func print(_ output: OutputOptions) {
    if output.json {
      return Document.print([
        "path": .string(path), "holds": .bool(holds),
        "files": .integer(manifest.files.count),
        "tensors": .integer(manifest.weights.reduce(0) { $0 + $1.tensors.count }),
        "findings": .array(verification.findings.map(\.json)),
        "skipped": .array(
          verification.skipped.map { ["path": .string($0.path), "reason": .string($0.reason)] }),
      ])
    }
    guard !output.quiet else { return }
    for finding in verification.findings {
      let tensor = finding.tensor.map { ", tensor \($0)" } ?? ""
      Data.write(
        "\(finding.kind.rawValue.padded(to: 10))\(finding.path)\(tensor): \(finding.message)\n"
          .printableLine)
    }
    for entry in verification.skipped {
      Data.write("refused   \(entry.path.printable): \(entry.reason)\n")
    }
    guard holds else { return }
    let tensors = manifest.weights.reduce(0) { $0 + $1.tensors.count }
    Data.write(
      "holds     \(manifest.files.count) files and \(tensors) tensors as manifest.json says\n")
    for relation in manifest.relations where relation.isEqual {
      Data.write("holds     \(relation.artifact) decodes to \(relation.reference)\n")
    }
  }
}

extension String {
  /// A line whose text is made harmless, and whose end stays.
  fileprivate var printableLine: String { String(dropLast()).printable + "\n" }
}

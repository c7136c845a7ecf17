import Diagnostics
import Glibc
import JSON
import Signatures
import TensorCore
import TextCoding

/// What was signed, for people and for scripts.
struct SigningReport {
  let folder: String
  let path: String
  let key: VerificationKey
  let signature: ModelSignature
  private let seconds: Double

  /// Signs and writes, with a progress line. Throws what those throw.
  init(
    of folder: String, key: SigningKey, ignoring: [String], output path: String, overwrites: Bool,
    _ options: OutputOptions
  ) throws {
    let progress = ProgressLine("signing", total: 0, isShown: options.isTalkative)
    defer { progress.finish() }
    self.folder = folder
    self.path = path
    self.key = key.publicKey
    signature = try ModelSignature.sign(
      folder: folder, key: key, ignoring: ignoring, to: path, overwrites: overwrites
    ) { done, total in progress.update(done: done, of: total) }
    seconds = progress.elapsed
  }

  func print(_ options: OutputOptions, _ warnings: [Audit.Warning]) {
    let warnings = WarningReport(warnings: warnings)
    let achievement = "\(path) was written and is whole"
    if options.json { return Document.print(members(warnings), after: achievement) }
    warnings.print(unless: options.quiet)
    if !options.quiet { Data.write(text, after: achievement) }
  }

  private var text: String {
    let ink = Ink(for: STDOUT_FILENO)
    let count = signature.statement.resources.count
    var text = ""
    for resource in signature.statement.resources {
      text += "\(Hexadecimal.text(resource.digest))  \(resource.path.printable)\n"
    }
    text += "signed \(count) file\(count == 1 ? "" : "s"), "
    text += "\(Quantity.bytes(signature.byteCount)), with the \(key.curve.rawValue) key "
    text += "\(key.hint.prefix(16))… in \(Quantity.seconds(seconds)): "
    return text + ink.bold(path.printable) + "\n"
  }

  private func members(_ warnings: WarningReport) -> [(key: String, value: JSONValue)] {
    [
      ("path", .string(folder)),
      (
        "output",
        ["path": .string(path), "bytes": .integer(signature.bundle.encoded().count)]
      ),
      ("key", key.json),
      ("digest", .string(Hexadecimal.text(signature.statement.rootDigest))),
      ("bytes", .integer(signature.byteCount)),
      (
        "files",
        .array(
          signature.statement.resources.map { resource in
            [
              "name": .string(resource.path),
              "sha256": .string(Hexadecimal.text(resource.digest)),
            ]
          })
      ),
      ("ignored", .array(signature.statement.ignoredPaths.map(JSONValue.string))),
      ("seconds", JSONValue(seconds)), ("warnings", warnings.json),
    ]
  }
}

extension VerificationKey {
  /// The object under `"key"`.
  var json: JSONValue { ["curve": .string(curve.rawValue), "hint": .string(hint)] }
}

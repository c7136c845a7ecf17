import Diagnostics
import Glibc
import JSON
import Signatures
import TensorCore
import TextCoding

/// Whether a folder is what was signed, for people and for scripts.
struct SignatureReport {
  let folder: String
  let path: String
  let key: VerificationKey
  let verification: SignatureVerification
  private let seconds: Double

  /// Verifies, with a progress line. Throws what verifying throws.
  init(
    of folder: String, key keyPath: String, signature path: String,
    unsigned: ModelSignature.UnsignedFiles, _ options: OutputOptions
  ) throws {
    let progress = ProgressLine("verifying", total: 0, isShown: options.isTalkative)
    defer { progress.finish() }
    self.folder = folder
    self.path = path
    key = try VerificationKey(path: keyPath)
    verification = try ModelSignature.verify(
      folder: folder, signature: path, key: key, unsigned: unsigned
    ) { done, total in progress.update(done: done, of: total) }
    seconds = progress.elapsed
  }

  /// Whether nothing differs.
  var holds: Bool { verification.holds }

  func print(_ options: OutputOptions) {
    if options.json { return Document.print(members) }
    if !options.quiet { Data.write(text) }
  }

  private var text: String {
    let ink = Ink(for: STDOUT_FILENO)
    var table = Table([.left("name"), .left("problem")])
    for difference in verification.differences {
      table.add([difference.path, difference.kind.sentence])
    }
    let count = verification.differences.count
    let files = "\(verification.fileCount) file\(verification.fileCount == 1 ? "" : "s")"
    let signer = "signed with the \(key.curve.rawValue) key \(key.hint.prefix(16))…"
    let verdict =
      holds
      ? ink.green("holds     ") + "\(files) as \(signer)"
      : ink.red("broken    ") + "\(SignaturesRules.mismatch.id): \(count) "
        + "difference\(count == 1 ? "" : "s") from \(files) \(signer)"
    return table.rendered(with: ink) + verdict + "\n"
  }

  private var members: [(key: String, value: JSONValue)] {
    [
      ("path", .string(folder)), ("signature", .string(path)), ("holds", .bool(holds)),
      ("rule", holds ? .null : .string(SignaturesRules.mismatch.id)), ("key", key.json),
      ("model", .string(verification.statement.model)),
      ("digest", .string(Hexadecimal.text(verification.statement.rootDigest))),
      ("files", .integer(verification.fileCount)),
      (
        "differences",
        .array(
          verification.differences.map { difference in
            ["name": .string(difference.path), "problem": .string(difference.kind.rawValue)]
          })
      ),
      ("seconds", JSONValue(seconds)),
    ]
  }
}

extension SignatureVerification.Difference.Kind {
  /// The kind as people say it.
  fileprivate var sentence: String {
    switch self {
    case .missing: "missing"
    case .altered: "altered"
    case .extra: "was not signed"
    case .link: "is a link"
    case .special: "is no regular file"
    }
  }
}

import Diagnostics
internal import Files
import TensorCore

/// Holds what is in a folder against what was signed.
struct FolderComparison {
  private let entries: [FolderWalk.Entry]
  private let kinds: [ExactText: FolderWalk.Kind]
  private let signed: Set<ExactText>
  private var hashing: FileHashing
  private var found: [SignatureVerification.Difference] = []

  init(
    _ walk: FolderWalk, folder: String, signed files: [SignedFile],
    progress: @escaping (Int, Int) -> Void
  ) {
    let signed = Set(files.map { ExactText($0.path) })
    let total = walk.entries.reduce(0) { sum, entry in
      entry.kind == .file && signed.contains(ExactText(entry.path)) ? sum + entry.byteCount : sum
    }
    entries = walk.entries
    let decodable = walk.entries.filter { $0.kind != .undecodable }
    kinds = Dictionary(uniqueKeysWithValues: decodable.map { (ExactText($0.path), $0.kind) })
    self.signed = signed
    hashing = FileHashing(folder: folder, total: total, progress: progress)
  }

  /// The differences found so far, in the order of the paths.
  var differences: [SignatureVerification.Difference] {
    found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Notes whether a signed file is missing, altered or no file.
  mutating func compare(_ file: SignedFile) throws(Rejection) {
    switch kinds[ExactText(file.path)] {
    case nil, .undecodable: note(file.path, .missing)
    case .link: note(file.path, .link)
    case .special: note(file.path, .special)
    case .file: if try !hasSignedBytes(file) { note(file.path, .altered) }
    }
  }

  /// Notes what was not signed. Shards leave no trace of empty files.
  mutating func findUnsigned(emptyFilesCount: Bool) {
    for entry in entries {
      guard entry.kind == .undecodable || !signed.contains(ExactText(entry.path)) else { continue }
      switch entry.kind {
      case .undecodable: note(entry.path, .extra)
      case .file: if emptyFilesCount || entry.byteCount > 0 { note(entry.path, .extra) }
      case .link: note(entry.path, .link)
      case .special: note(entry.path, .special)
      }
    }
  }

  private mutating func hasSignedBytes(_ signed: SignedFile) throws(Rejection) -> Bool {
    let file = try hashing.open(signed.components)
    if let byteCount = signed.byteCount, byteCount != file.byteCount { return false }
    for part in signed.parts {
      let digest = try hashing.digest(file, part.range ?? 0..<file.byteCount)
      guard digest == part.digest else { return false }
    }
    return true
  }

  private mutating func note(_ path: String, _ kind: SignatureVerification.Difference.Kind) {
    found.append(SignatureVerification.Difference(path: path, kind: kind))
  }
}

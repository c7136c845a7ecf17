public import Diagnostics
public import JSON

/// What is not as a manifest says.
public struct ManifestVerification: Sendable {
  /// A difference and where it is.
  public struct Finding: Sendable, Equatable {
    /// What a file or a tensor has become.
    public enum Kind: String, Sendable {
      /// It is listed and not there.
      case missing
      /// It is there and not listed.
      case extra
      /// It is not what was listed.
      case altered
    }

    /// What it has become.
    public let kind: Kind
    /// The file.
    public let path: RecordPath
    /// The tensor in it, where one alone is meant.
    public let tensor: String?
    /// What was seen.
    public let message: String

    /// As JSON: `kind`, `path`, `tensor`, `message`.
    public var json: JSONValue {
      .object([
        ("kind", .string(kind.rawValue)), ("path", .string(path.description)),
        ("tensor", tensor.map(JSONValue.string) ?? .null), ("message", .string(message)),
      ])
    }
  }

  /// What differs, in the order of the paths.
  public let findings: [Finding]
  /// What is in the folder and cannot be a file of a record: links, odd names.
  public let skipped: [SkippedEntry]

  /// Whether the folder is what the manifest says. What was skipped is no file of the record, and a
  /// program that followed a link would see what nobody signed, so it counts.
  public var holds: Bool { findings.isEmpty && skipped.isEmpty }
}

extension RecordManifest {
  /// Holds a folder against the manifest, its weights decoded: what it says of their tensors could
  /// be wrong from the start. Throws what reading the files throws.
  public func verify(_ folder: RecordFolder) throws(Rejection) -> ManifestVerification {
    var findings: [ManifestVerification.Finding] = []
    var present: [RecordPath: RecordFile] = [:]
    for file in folder.files where Self.lists(file.role) { present[file.path] = file }
    for entry in files {
      guard let file = present.removeValue(forKey: entry.path) else {
        findings.append(.init(kind: .missing, path: entry.path, tensor: nil, message: "is gone"))
        continue
      }
      let found = try ManifestFile(file, in: folder)
      if let message = entry.difference(found) {
        findings.append(.init(kind: .altered, path: entry.path, tensor: nil, message: message))
      } else if let listed = weights.first(where: { $0.path == entry.path }) {
        findings += listed.findings(
          against: try ManifestWeights(entry.path, in: folder, listed.detail))
      }
    }
    findings += present.keys.map { path in
      .init(kind: .extra, path: path, tensor: nil, message: "is not in the manifest")
    }
    return ManifestVerification(
      findings: findings.sorted { ($0.path, $0.tensor ?? "") < ($1.path, $1.tensor ?? "") },
      skipped: folder.skipped)
  }
}

extension ManifestFile {
  /// What is different about a file; nil where it is the same.
  fileprivate func difference(_ found: ManifestFile) -> String? {
    if byteCount != found.byteCount {
      return "has \(found.byteCount) bytes instead of \(byteCount)"
    }
    return sha256 == found.sha256 ? nil : "has the SHA-256 \(found.sha256) instead of \(sha256)"
  }
}

extension ManifestWeights {
  /// What the file really decodes to, against what is listed.
  fileprivate func findings(against found: ManifestWeights) -> [ManifestVerification.Finding] {
    var rest = Dictionary(
      found.tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    var findings: [ManifestVerification.Finding] = []
    func note(_ kind: ManifestVerification.Finding.Kind, _ name: String, _ message: String) {
      findings.append(.init(kind: kind, path: path, tensor: name, message: message))
    }
    for tensor in tensors {
      guard let twin = rest.removeValue(forKey: ExactText(tensor.name)) else {
        note(.missing, tensor.name, "is not in the file")
        continue
      }
      if !tensor.admits(twin) { note(.altered, tensor.name, tensor.difference(twin)) }
    }
    for tensor in found.tensors where rest[ExactText(tensor.name)] != nil {
      note(.extra, tensor.name, "is in the file and not listed")
    }
    return findings
  }
}

extension ManifestTensor {
  fileprivate func difference(_ found: ManifestTensor) -> String {
    if dtype != found.dtype || shape != found.shape {
      return "is \(found.dtype) \(found.shape) instead of \(dtype) \(shape)"
    }
    guard sha256 == found.sha256 else { return "decodes to other elements" }
    guard values == nil || values == found.values else { return "has other statistics" }
    return "is kept in another way"
  }
}

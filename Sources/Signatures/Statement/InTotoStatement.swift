internal import JSON
internal import TensorCore
internal import TextCoding

/// What a signature says: these files have these digests (OpenSSF model signing 1.0 as in-toto
/// statement, version 1).
public struct InTotoStatement: Sendable {
  /// The folder's name when it was signed, which is free to change.
  public let model: String
  /// Whether files or shards of files were digested.
  public let method: SerializationMethod
  /// The paths below the folder that were left out, with what is in them.
  public let ignoredPaths: [String]
  /// The digests, in the order of the statement.
  public let resources: [SignedResource]

  static let type = "https://in-toto.io/Statement/v1"
  static let predicateType = "https://model_signing/signature/v1.0"
  static let algorithm = "sha256"

  /// States the digests of whole files, in the order of their paths.
  init(model: String, ignoredPaths: [String], files: [SignedResource]) {
    self.model = model
    self.ignoredPaths = ignoredPaths
    method = .files
    // The order of model_signing: by the parts of a path, so that a folder stays together.
    resources = files.sorted { left, right in
      left.components.lexicographicallyPrecedes(right.components) { a, b in
        a.utf8.lexicographicallyPrecedes(b.utf8)
      }
    }
  }

  /// The digest over all digests, which stands for the model in other documents.
  public var rootDigest: [UInt8] {
    var digest = SHA256Digest()
    for resource in resources {
      // Bytes have no invalid values.
      unsafe digest.update(resource.digest.span.bytes)
    }
    return digest.bytes()
  }
}

extension InTotoStatement {
  /// The payload of the envelope.
  func encoded() -> [UInt8] {
    precondition(method == .files, "only statements over whole files are written")
    let serialization = JSONValue.statement([
      .method: "files", .hashType: .string(Self.algorithm), .allowsLinks: false,
      .ignoredPaths: .array(ignoredPaths.map(JSONValue.string)),
    ])
    let digest = JSONValue.statement([.sha256: .string(Hexadecimal.text(rootDigest))])
    let predicate = JSONValue.statement([
      .serialization: serialization, .resources: .array(resources.map(\.json)),
    ])
    let json = JSONValue.statement([
      .type: .string(Self.type),
      .subject: [.statement([.name: .string(model), .digest: digest])],
      .predicateType: .string(Self.predicateType),
      .predicate: predicate,
    ])
    return json.encoded()
  }
}

extension SignedResource {
  fileprivate var json: JSONValue {
    .statement([
      .name: .string(path), .algorithm: .string(InTotoStatement.algorithm),
      .digest: .string(Hexadecimal.text(digest)),
    ])
  }
}

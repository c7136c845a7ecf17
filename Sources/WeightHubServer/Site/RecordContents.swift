internal import JSON
internal import RecordFormats

/// What the manifest of a record says that is in it, as far as it says so in the right form.
struct RecordContents: Sendable {
  struct File: Sendable {
    let path: String
    let byteCount: Int?
    let sha256: String?
    let role: String?
  }

  struct Tensor: Sendable {
    let name: String
    let type: String?
    let shape: [Int]?
    let byteCount: Int?
    let encoding: String?
    /// Of the elements once decoded.
    let sha256: String?
    /// What the elements look like, where the manifest tells.
    var values: Values?
  }

  /// What the elements of a tensor look like from afar.
  struct Values: Sendable {
    let minimum: Double
    let maximum: Double
    let mean: Double
    let deviation: Double
    /// The elements in equal parts from the smallest possible to the largest.
    let histogram: [Int]
  }

  struct Weights: Sendable {
    let path: String
    let format: String?
    let layers: [String]
    let tensors: [Tensor]
  }

  /// How the tensors of an artifact stand to those of weights.
  struct Relation: Sendable {
    let artifact: String
    let reference: String
    let equalCount: Int?
    let different: [String]
    let missing: [String]
    let extra: [String]

    var isEqual: Bool { different.isEmpty && missing.isEmpty && extra.isEmpty }
  }

  struct Source: Sendable {
    let name: String
    let url: String?
    /// The digest of a file, and the file of the record that was made of it.
    let sha256: String?
    let path: String?
  }

  let tool: String?
  let version: String?
  let files: [File]
  let weights: [Weights]
  let relations: [Relation]
  let sources: [Source]

  private static let mostEntries = 10_000

  init(_ json: JSONValue) {
    let most = Self.mostEntries
    (tool, version) = (json.text(.tool), json.text(.version))
    files = json.list(.files, atMost: most).compactMap(File.init)
    weights = json.list(.weights, atMost: 200).compactMap(Weights.init)
    relations = json.list(.relations, atMost: 200).compactMap(Relation.init)
    sources = json.list(.sources, atMost: 200).compactMap { source in
      source.text(.name).map {
        Source(
          name: $0, url: source.text(.url), sha256: source.text(.sha256),
          path: source.text(.path))
      }
    }
  }

  /// What a file is for.
  func role(of path: String) -> String? { files.first { $0.path == path }?.role }

  /// What is known of the elements of tensors, by their digests: an artifact's are told by those of
  /// the weights that it decodes to.
  var values: [String: Values] {
    let known = weights.flatMap(\.tensors).compactMap { tensor in
      tensor.sha256.flatMap { sha256 in tensor.values.map { (sha256, $0) } }
    }
    return Dictionary(known, uniquingKeysWith: { first, _ in first })
  }

  /// The weights of a path; without one an artifact, or the first there are.
  func weights(at path: String?) -> Weights? {
    if let path { return weights.first { $0.path == path } }
    return weights.first { role(of: $0.path) == FileRole.artifact.rawValue } ?? weights.first
  }
}

extension RecordContents.File {
  fileprivate init?(_ json: JSONValue) {
    guard let path = json.text(.path) else { return nil }
    self.init(
      path: path, byteCount: json.count(.bytes), sha256: json.text(.sha256),
      role: json.text(.role))
  }
}

extension RecordContents.Tensor {
  fileprivate init?(_ json: JSONValue) {
    guard let name = json.text(.name) else { return nil }
    let extents = json[.shape]?.elements?.prefix(64).compactMap(\.integer)
    let encoding = json[.encoding]
    self.init(
      name: name, type: json.text(.dtype), shape: extents, byteCount: json.count(.bytes),
      encoding: encoding?.text(.kind), sha256: json.text(.sha256),
      values: json[.values].flatMap(RecordContents.Values.init))
  }
}

extension RecordContents.Values {
  private static let mostBins = 64

  fileprivate init?(_ json: JSONValue) {
    let histogram = json.list(.histogram, atMost: Self.mostBins + 1).compactMap(\.integer)
    guard let minimum = json.number(.minimum), let maximum = json.number(.maximum),
      let mean = json.number(.mean), let deviation = json.number(.deviation),
      (1...Self.mostBins).contains(histogram.count), histogram.allSatisfy({ $0 >= 0 })
    else { return nil }
    self.init(
      minimum: minimum, maximum: maximum, mean: mean, deviation: deviation, histogram: histogram)
  }
}

extension RecordContents.Weights {
  fileprivate init?(_ json: JSONValue) {
    guard let path = json.text(.path) else { return nil }
    self.init(
      path: path, format: json.text(.format),
      layers: json.list(.layers, atMost: 16).compactMap(\.string),
      tensors: json.list(.tensors, atMost: 50_000).compactMap(RecordContents.Tensor.init))
  }
}

extension RecordContents.Relation {
  fileprivate init?(_ json: JSONValue) {
    guard let artifact = json.text(.artifact), let reference = json.text(.reference) else {
      return nil
    }
    func names(_ key: RecordKey) -> [String] {
      json.list(key, atMost: 50_000).compactMap(\.string)
    }
    self.init(
      artifact: artifact, reference: reference, equalCount: json.count(.equal),
      different: names(.different), missing: names(.missing), extra: names(.extra))
  }
}

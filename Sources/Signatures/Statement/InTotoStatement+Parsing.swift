public import Diagnostics
internal import JSON
internal import TensorCore
internal import TextCoding

private typealias StatementReader = ObjectReader<StatementKey>

extension InTotoStatement {
  /// Reads a payload that is known to be signed; throws G06 where it contradicts itself, G07 where
  /// its form is not read.
  public init(parsing payload: [UInt8]) throws(Rejection) {
    let rule = SignaturesRules.statement
    let json = try StatementReader(
      JSONValue(parsing: payload, "the JSON", orRefuse: rule), orRefuse: rule)
    try Self.require(json.text(.type), Self.type)
    try Self.require(json.text(.predicateType), Self.predicateType)
    let subjects = try json.objects(.subject)
    guard let subject = subjects.first, subjects.count == 1 else {
      throw json.refusal(.subject, "has \(subjects.count) entries instead of one")
    }
    model = try subject.text(.name)
    let predicate = try json.object(.predicate)
    let serialization = try predicate.object(.serialization)
    method = try Self.method(serialization)
    ignoredPaths = try Self.ignoredPaths(serialization)
    resources = try Self.resources(predicate.objects(.resources), method)
    let stated = try Self.digest(subject.object(.digest), .sha256)
    guard stated == rootDigest else {
      throw Rejection(
        rule,
        "the digest over all is \(Hexadecimal.text(rootDigest)), not \(Hexadecimal.text(stated))")
    }
  }

  private static func require(_ found: String, _ expected: String) throws(Rejection) {
    guard found == expected else {
      throw Rejection(
        SignaturesRules.unsupportedStatement,
        "it is a \(found.debugDescription), not a \(expected.debugDescription)")
    }
  }

  private static func method(_ json: StatementReader) throws(Rejection) -> SerializationMethod {
    let hash = try json.text(.hashType)
    guard hash == algorithm else {
      throw Rejection(
        SignaturesRules.unsupportedStatement, "its digests are \(hash.debugDescription)")
    }
    let method = try json.text(.method)
    switch method {
    case "files": return .files
    case "shards":
      guard let size = wholeNumber(try json.required(.shardSize)), size > 0 else {
        throw json.refusal(.shardSize, "is no size")
      }
      return .shards(byteCount: size)
    default:
      throw Rejection(
        SignaturesRules.unsupportedStatement, "its method is \(method.debugDescription)")
    }
  }

  /// Protocol buffers know doubles only, so an integer may be written as one.
  private static func wholeNumber(_ json: JSONValue) -> Int? {
    if case .number(let value) = json { Int(exactly: value) } else { json.integer }
  }

  private static func ignoredPaths(_ json: StatementReader) throws(Rejection) -> [String] {
    json.optional(.ignoredPaths) == nil ? [] : try json.texts(.ignoredPaths)
  }

  private static func digest(
    _ json: StatementReader, _ key: StatementKey
  ) throws(Rejection) -> [UInt8] {
    let digits = try json.text(key).utf8
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { break }
      if let first = high { bytes.append(first << 4 | UInt8(value)) }
      high = high == nil ? UInt8(value) : nil
    }
    guard digits.count == 2 * SHA256Digest.byteCount, bytes.count == SHA256Digest.byteCount else {
      throw json.refusal(key, "is no SHA-256 in hexadecimal digits")
    }
    return bytes
  }
}

extension InTotoStatement {
  private static func resources(
    _ list: [StatementReader], _ method: SerializationMethod
  ) throws(Rejection) -> [SignedResource] {
    var names: Set<ExactText> = []
    var resources: [SignedResource] = []
    resources.reserveCapacity(list.count)
    for reader in list {
      let name = try reader.text(.name)
      guard names.insert(ExactText(name)).inserted else {
        throw reader.refusal(.name, "\(name.debugDescription) is there twice")
      }
      let algorithm = try reader.text(.algorithm)
      guard algorithm == method.algorithm else {
        throw Rejection(
          SignaturesRules.unsupportedStatement, "a digest is \(algorithm.debugDescription)")
      }
      let digest = try digest(reader, .digest)
      resources.append(try resource(name, digest, method, reader))
    }
    return resources
  }

  private static func resource(
    _ name: String, _ digest: [UInt8], _ method: SerializationMethod, _ reader: StatementReader
  ) throws(Rejection) -> SignedResource {
    var path = name
    var range: Range<Int>?
    if case .shards(let byteCount) = method {
      guard let shard = Shard(name), shard.range.count <= byteCount else {
        throw reader.refusal(.name, "\(name.debugDescription) is no shard of \(byteCount) bytes")
      }
      (path, range) = (shard.path, shard.range)
    } else if name == "." {
      throw Rejection(SignaturesRules.unsupportedStatement, "it signs a lone file, not a folder")
    }
    guard let components = SignedResource.components(of: path) else {
      throw reader.refusal(.name, "\(name.debugDescription) is no path in a folder")
    }
    return SignedResource(components: components, range: range, digest: digest)
  }
}

extension SerializationMethod {
  /// What the digest of a resource is called.
  fileprivate var algorithm: String {
    switch self {
    case .files: InTotoStatement.algorithm
    case .shards(let byteCount): "\(InTotoStatement.algorithm)-sharded-\(byteCount)"
    }
  }
}

/// The name of a shard: a path, where it begins and where it ends, between colons.
private struct Shard {
  let path: String
  let range: Range<Int>

  init?(_ name: String) {
    let parts = name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3, let path = String(parts[0]), let start = Self.number(parts[1]),
      let end = Self.number(parts[2]), start < end
    else { return nil }
    self.path = path
    range = start..<end
  }

  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return String(digits).flatMap { Int($0) }
  }
}

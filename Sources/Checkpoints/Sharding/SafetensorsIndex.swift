public import Diagnostics
internal import JSON

/// The `model.safetensors.index.json` of a sharded model: which file holds which tensor.
public struct SafetensorsIndex: Sendable {
  /// The name that transformers gives the file.
  public static let fileName = "model.safetensors.index.json"
  /// The largest index that is read, in bytes.
  public static let maximumByteCount = 100_000_000

  /// The stated sum of the tensors' bytes; often wrong in the wild.
  public var totalSize: Int?
  /// The stated number of elements, which newer writers add.
  public var totalParameters: Int?
  /// The name of each tensor and its file.
  public var shards: [(key: String, value: String)]

  /// Describes a sharded model that is to be written.
  public init(
    totalSize: Int?, totalParameters: Int? = nil,
    shards: some Sequence<(key: String, value: String)>
  ) {
    self.totalSize = totalSize
    self.totalParameters = totalParameters
    self.shards = Array(shards)
  }

  /// Reads an index. Throws S22 where it is none, S25 where a shard's name is no plain file name.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    guard bytes.byteCount <= Self.maximumByteCount else {
      throw Rejection(SafetensorsRules.shards, "the index has \(bytes.byteCount) bytes")
    }
    let document = try JSONValue(
      parsing: bytes, "the index", orRefuse: SafetensorsRules.shards)
    guard let map = document["weight_map"]?.members else {
      throw Rejection(SafetensorsRules.shards, "the index has no weight_map with files")
    }
    shards = []
    shards.reserveCapacity(map.count)
    for (name, value) in map {
      guard let file = value.string else {
        throw Rejection(
          SafetensorsRules.shards, "the index gives \(value) as its file",
          at: Place(tensor: name))
      }
      try Self.checkFileName(file, of: name)
      shards.append((name, file))
    }
    totalSize = document["metadata"]?["total_size"]?.integer
    totalParameters = document["metadata"]?["total_parameters"]?.integer
  }

  private static func checkFileName(_ file: String, of tensor: String) throws(Rejection) {
    let forbidden: (UInt8) -> Bool = { $0 < 0x20 || $0 == 0x2f || $0 == 0x5c }
    guard !file.isEmpty, file != ".", file != "..", !file.utf8.contains(where: forbidden) else {
      throw Rejection(
        SafetensorsRules.shardPath, "the index gives \(JSONValue.string(file)) as its file",
        at: Place(tensor: tensor))
    }
  }

  /// The index as transformers writes it: sorted keys, two spaces, a newline at the end.
  public func encoded() -> [UInt8] {
    var metadata: [(key: String, value: JSONValue)] = []
    if let totalParameters { metadata.append(("total_parameters", .integer(totalParameters))) }
    if let totalSize { metadata.append(("total_size", .integer(totalSize))) }
    let map = shards.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let document: JSONValue = [
      "metadata": .object(metadata),
      "weight_map": .object(map.map { (key: $0.key, value: .string($0.value)) }),
    ]
    return document.encoded(.pretty) + [UInt8(ascii: "\n")]
  }
}

public import Diagnostics
internal import Files
internal import JSON
internal import TensorCore

/// A folder of safetensors files with an index of which holds which tensor, or of a single one.
public enum ShardedSafetensorsFormat: CheckpointFormat {
  /// `safetensors_sharded`.
  public static let id = "safetensors_sharded"
  /// The heading in lists of formats.
  public static let title = "folder of safetensors files, or its index"
  /// Where the index is described.
  public static let reference =
    "https://huggingface.co/docs/huggingface_hub/package_reference/serialization"

  /// Whether a folder holds an index or exactly one safetensors file, or a file is an index.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    guard input.isFolder else { return isIndex(input.storage.bytes) }
    guard let listing = try? FolderListing(path: input.path) else { return false }
    return !listing.ending(in: ".safetensors.index.json").isEmpty
      || listing.ending(in: ".safetensors").count == 1
  }

  private static func isIndex(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount <= SafetensorsIndex.maximumByteCount else { return false }
    var scanner = JSONScanner(bytes)
    guard scanner.peek() == UInt8(ascii: "{") else { return false }
    let needle = Array("\"weight_map\"".utf8)
    var index = 0
    while index + needle.count <= bytes.byteCount {
      if scanner.byte(at: index) == needle[0],
        needle.indices.allSatisfy({ scanner.byte(at: index + $0) == needle[$0] })
      {
        return true
      }
      index += 1
    }
    return false
  }

  /// Opens every shard and checks that the index and the shards tell the same. Throws S22, S25 and
  /// what `SafetensorsFormat` throws, with the shard's path in the place.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let warningsBefore = audit.warnings.count
    var checkpoint: Checkpoint
    if input.isFolder {
      checkpoint = try openFolder(input.path, audit: &audit)
    } else {
      let folder = input.path.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast().joined(separator: "/")
      let base = folder.isEmpty ? (input.path.hasPrefix("/") ? "/" : ".") : folder
      checkpoint = try openShards(
        in: base, indexed: input.storage, path: input.path, audit: &audit)
    }
    checkpoint.path = input.path
    checkpoint.warnings = Array(audit.warnings[warningsBefore...])
    return checkpoint
  }

  private static func openFolder(
    _ path: String, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let listing = try FolderListing(path: path)
    let indices = listing.ending(in: ".safetensors.index.json")
    let usual = indices.first { $0 == SafetensorsIndex.fileName }
    if let index = usual ?? (indices.count == 1 ? indices.first : nil) {
      let file = try FileMapping(path: "\(path)/\(index)")
      return try openShards(in: path, indexed: Storage(file), path: file.path, audit: &audit)
    }
    let files = listing.ending(in: ".safetensors")
    guard indices.isEmpty, files.count == 1 else {
      throw Rejection(
        SafetensorsRules.shards,
        "the folder has \(indices.count) indices and \(files.count) safetensors files: name one",
        at: Place(file: path))
    }
    if let count = shardCount(of: files[0]), count > 1 {
      throw Rejection(
        SafetensorsRules.shards, "\(files[0]) is one of \(count) files, and there is no index",
        at: Place(file: path))
    }
    var checkpoint = try openShard("\(path)/\(files[0])", audit: &audit)
    try locating(Place(file: checkpoint.path)) { () throws(Rejection) in
      try checkpoint.bindKeptCodes(audit: &audit)
    }
    checkpoint.format = SafetensorsFormat.id
    return checkpoint
  }

  /// How many files there must be beside one that is called `…-00001-of-00003.safetensors`; nil
  /// for other names.
  private static func shardCount(of name: String) -> Int? {
    let parts = name.dropLast(".safetensors".count).split(separator: "-").suffix(3)
    guard parts.count == 3, parts[parts.startIndex + 1] == "of",
      parts[parts.startIndex].allSatisfy(\.isASCIIDigit),
      let last = parts.last, last.allSatisfy(\.isASCIIDigit)
    else { return nil }
    return Int(last) ?? .max
  }

  static func openShard(
    _ path: String, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let file = try FileMapping(path: path)
    return try locating(Place(file: path)) { () throws(Rejection) in
      let input = CheckpointInput(path: path, storage: Storage(file))
      var checkpoint = try SafetensorsFormat.read(input, audit: &audit)
      checkpoint.byteCount = file.byteCount
      return checkpoint
    }
  }
}

extension Character {
  /// Whether it is one of 0 to 9.
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

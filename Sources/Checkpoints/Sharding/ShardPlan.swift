/// How tensors are distributed over files of limited size.
public struct ShardPlan: Sendable {
  /// One file.
  public struct Shard: Sendable {
    /// The file's name: `model-00001-of-00003.safetensors`, or `model.safetensors` for only one.
    public let fileName: String
    /// The positions of its tensors in the list that was planned.
    public let indices: [Int]
  }

  /// The files, in the order of their numbers.
  public let shards: [Shard]
  /// The sum of the tensors' bytes.
  public let totalSize: Int

  /// Whether there is more than one file, so that an index is due.
  public var needsIndex: Bool { shards.count > 1 }

  /// Fills files one after another in the order of the tensors, as huggingface_hub's
  /// `split_torch_state_dict_into_shards` does: a tensor that no longer fits begins a new file, one
  /// larger than the limit gets its own. Headers do not count towards `maximumByteCount`.
  public init(byteCounts: [Int], maximumByteCount: Int, stem: String = "model") {
    var groups: [[Int]] = []
    var current: [Int] = []
    var size = 0
    for (index, byteCount) in byteCounts.enumerated() {
      if byteCount > maximumByteCount {
        groups.append([index])
        continue
      }
      if byteCount > maximumByteCount - size {
        groups.append(current)
        current = []
        size = 0
      }
      current.append(index)
      size += byteCount
    }
    if !current.isEmpty || groups.isEmpty { groups.append(current) }
    let count = groups.count
    shards = groups.enumerated().map { number, indices in
      let suffix = count == 1 ? "" : "-\(Self.padded(number + 1))-of-\(Self.padded(count))"
      return Shard(fileName: "\(stem)\(suffix).safetensors", indices: indices)
    }
    totalSize = byteCounts.reduce(0, &+)
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

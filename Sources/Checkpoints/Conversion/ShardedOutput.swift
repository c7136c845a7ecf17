internal import Diagnostics
internal import Files
internal import TensorCore

/// A folder of safetensors files with an index, as the Hub's libraries read it.
struct ShardedOutput: ConversionOutput {
  let files: [(path: String, byteCount: Int?)]
  let target: OutputTarget
  private let shards: ShardPlan
  private let needsIndex: Bool
  /// The files of an older output that go; the index first, for without it nothing names shards.
  private let stale: [String]
  private let layouts: [SafetensorsLayout]
  private let index: [UInt8]

  static let indexName = "model.safetensors.index.json"

  init(
    _ plan: ConversionPlan, _ target: OutputTarget, limit: Int, audit: inout Audit
  ) throws(Rejection) {
    self.target = target
    shards = ShardPlan(byteCounts: plan.items.map(\.byteCount), maximumByteCount: limit)
    var layouts: [SafetensorsLayout] = []
    var fileByName: [(key: String, value: String)] = []
    for shard in shards.shards {
      if shard.indices.count == 1, plan.items[shard.indices[0]].byteCount > limit {
        let item = plan.items[shard.indices[0]]
        audit.warn(
          FileRules.largeShard,
          "\(shard.fileName) holds one tensor of \(item.byteCount) bytes, more than \(limit)",
          at: Place(file: target.path, tensor: item.name))
      }
      let items = shard.indices.map { plan.items[$0] }
      fileByName += items.map { ($0.name, shard.fileName) }
      layouts.append(
        try SafetensorsHeader.encode(
          items.map { ($0.name, $0.dtype, $0.shape) },
          metadata: plan.headerMetadata, audit: &audit))
    }
    self.layouts = layouts
    index = SafetensorsIndex(totalSize: shards.totalSize, shards: fileByName).encoded()
    let present = (try? FolderListing(path: target.path))?.names ?? []
    let stale = [Self.indexName] + present.filter { Self.isShardName($0) }
    // A reader of a folder without an index takes the only file there, or another's index.
    let strangers = present.filter { $0.contains(".safetensors") && !stale.contains($0) }
    self.stale = stale
    needsIndex = shards.needsIndex || !strangers.isEmpty
    files =
      zip(shards.shards, layouts).map { ("\(target.path)/\($0.fileName)", $1.totalBytes) }
      + (needsIndex ? [("\(target.path)/\(Self.indexName)", index.count)] : [])
  }
  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    let folder = try OutputFolder(target)
    let warnings = folder.followsInterruption ? [interruptionWarning(target.path)] : []
    meter.begin()
    for (shard, layout) in zip(shards.shards, layouts) {
      var file = try OutputFile(path: folder.path(of: shard.fileName), overwrite: true)
      try file.append(layout.headerBytes)
      for entry in layout.entries {
        try file.append(plan.items[shard.indices[entry.index]], &meter)
      }
      try file.commit()
    }
    try approve()
    var names = shards.shards.map(\.fileName)
    if needsIndex {
      var file = try OutputFile(path: folder.path(of: Self.indexName), overwrite: true)
      try file.append(index)
      try file.commit()
      names.append(Self.indexName)
    }
    meter.finish()
    try folder.commit(names, removing: stale)
    return warnings
  }

  var partialPaths: [String] {
    let folder = target.partialPath
    let names = shards.shards.map(\.fileName) + [Self.indexName]
    let whole = names.map { "\(folder)/\($0)" }
    let partial = whole.map { OutputTarget(.file, path: $0, overwrites: true).partialPath }
    return partial + whole + [folder]
  }

  /// Whether a name is one that this or an older output gives: `model.safetensors` or
  /// `model-00001-of-00002.safetensors`. What else an index names may be anyone's.
  private static func isShardName(_ name: String) -> Bool {
    guard name.hasPrefix("model"), name.hasSuffix(".safetensors") else { return false }
    let middle = name.dropFirst("model".count).dropLast(".safetensors".count)
    let parts = middle.split(separator: "-", omittingEmptySubsequences: false)
    return middle.isEmpty
      || parts.count == 4 && parts[0].isEmpty && parts[2] == "of"
        && [parts[1], parts[3]].allSatisfy { part in
          !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
  }
}

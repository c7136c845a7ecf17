internal import Diagnostics
internal import TensorCore

/// A folder of safetensors files with an index, as the Hub's libraries read it.
struct ShardedOutput: ConversionOutput {
  let files: [(path: String, byteCount: Int)]
  private let path: String
  private let overwrites: Bool
  private let shards: ShardPlan
  private let layouts: [SafetensorsLayout]
  private let index: [UInt8]

  static let indexName = "model.safetensors.index.json"

  init(
    _ plan: ConversionPlan, _ path: String, _ options: ConversionOptions, limit: Int,
    audit: inout Audit
  ) throws(Rejection) {
    self.path = path
    overwrites = options.overwrites
    shards = ShardPlan(byteCounts: plan.items.map(\.byteCount), maximumByteCount: limit)
    var layouts: [SafetensorsLayout] = []
    var fileByName: [(key: String, value: String)] = []
    for shard in shards.shards {
      let items = shard.indices.map { plan.items[$0] }
      fileByName += items.map { ($0.name, shard.fileName) }
      layouts.append(
        try SafetensorsHeader.encode(
          items.map { ($0.name, $0.dtype, $0.shape) },
          metadata: plan.headerMetadata, audit: &audit))
    }
    self.layouts = layouts
    index = SafetensorsIndex(totalSize: shards.totalSize, shards: fileByName).encoded()
    files =
      zip(shards.shards, layouts).map { ("\(path)/\($0.fileName)", $1.totalBytes) }
      + (shards.needsIndex ? [("\(path)/\(Self.indexName)", index.count)] : [])
  }

  var partialPaths: [String] {
    OutputFolder.partialPaths(
      for: path, names: shards.shards.map(\.fileName) + [Self.indexName])
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    let folder = try OutputFolder(path: path, overwrite: overwrites)
    let warnings = folder.followsInterruption ? [interruptionWarning(path)] : []
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
    if shards.needsIndex {
      var file = try OutputFile(path: folder.path(of: Self.indexName), overwrite: true)
      try file.append(index)
      try file.commit()
      names.append(Self.indexName)
    }
    try folder.commit(names, removing: staleFiles())
    return warnings
  }

  /// The files of an older output in the same folder: the single one, or those of its index.
  private func staleFiles() -> [String] {
    let single = "model.safetensors"
    guard let mapping = try? FileMapping(path: "\(path)/\(Self.indexName)"),
      let older = try? SafetensorsIndex(parsing: mapping.bytes)
    else { return [single] }
    // An index can name any file beside it, and not every one is a shard.
    let shards = Set(older.shards.map(\.value)).filter { $0.hasSuffix(".safetensors") }
    return [single, Self.indexName] + shards
  }
}

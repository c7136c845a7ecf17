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
  private let indexName: String

  init(
    _ plan: ConversionPlan, _ target: OutputTarget, limit: Int, audit: inout Audit
  ) throws(Rejection) {
    self.target = target
    indexName = "\(plan.stem).safetensors.index.json"
    shards = ShardPlan(
      byteCounts: plan.items.map(\.byteCount), maximumByteCount: limit, stem: plan.stem)
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
    let stale = [indexName] + present.filter { Self.isShardName($0, of: plan.stem) }
    // A reader of a folder without an index takes the only file there, or another's index.
    let strangers = present.filter { $0.contains(".safetensors") && !stale.contains($0) }
    self.stale = stale
    needsIndex = shards.needsIndex || !strangers.isEmpty
    files =
      zip(shards.shards, layouts).map { ("\(target.path)/\($0.fileName)", $1.totalBytes) }
      + plan.companions.map { ("\(target.path)/\($0.name)", $0.content.count) }
      + (needsIndex ? [("\(target.path)/\(indexName)", index.count)] : [])
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    let folder = try OutputFolder(target, keepsEarlier: plan.resumeKey != nil)
    let warnings =
      folder.followsInterruption && plan.resumeKey == nil
      ? [interruptionWarning(target.path)] : []
    meter.begin()
    var journals: [WriteJournal] = []
    for (shard, layout) in zip(shards.shards, layouts) {
      let path = folder.path(of: shard.fileName)
      let items = shard.indices.map { plan.items[$0] }
      guard let key = plan.resumeKey else {
        try Self.write(layout, items, to: path, &meter)
        continue
      }
      let journal = WriteJournal(of: path, layout, key: key)
      journals.append(journal)
      if journal.isWhole(path) {
        folder.discardPartial(of: shard.fileName)
        meter.advance(by: layout.totalBytes - layout.headerBytes.count)
      } else {
        try Self.write(journal, items, to: path, &meter)
      }
    }
    try approve()
    for journal in journals { journal.remove() }
    var names = shards.shards.map(\.fileName)
    let others =
      plan.companions + (needsIndex ? [(name: indexName, content: index)] : [])
    for other in others {
      var file = try OutputFile(path: folder.path(of: other.name), overwrite: true)
      try file.append(other.content)
      try file.commit()
      names.append(other.name)
    }
    meter.finish()
    try folder.commit(names, removing: stale)
    return warnings
  }

  private static func write(
    _ layout: SafetensorsLayout, _ items: [ConversionPlan.Item], to path: String,
    _ meter: inout ProgressMeter
  ) throws(Rejection) {
    var file = try OutputFile(path: path, overwrite: true)
    try file.append(layout.headerBytes)
    for entry in layout.entries { try file.append(items[entry.index], &meter) }
    try file.commit()
  }

  private static func write(
    _ journal: WriteJournal, _ items: [ConversionPlan.Item], to path: String,
    _ meter: inout ProgressMeter
  ) throws(Rejection) {
    let target = OutputTarget(.file, path: path, overwrites: true)
    var file = try OutputFile(target, keepsEarlier: true)
    try journal.write(items, to: &file, &meter)
    try file.commit()
  }

  var partialPaths: [String] {
    let folder = target.partialPath
    let names = shards.shards.map(\.fileName) + [indexName]
    let whole = names.map { "\(folder)/\($0)" }
    let partial = whole.map { OutputTarget(.file, path: $0, overwrites: true).partialPath }
    return partial + whole + [folder]
  }

  /// Whether a name is one that this or an older output gives: `model.safetensors` or
  /// `model-00001-of-00002.safetensors`. What else an index names may be anyone's.
  private static func isShardName(_ name: String, of stem: String) -> Bool {
    guard name.hasPrefix(stem), name.hasSuffix(".safetensors") else { return false }
    let middle = name.dropFirst(stem.count).dropLast(".safetensors".count)
    let parts = middle.split(separator: "-", omittingEmptySubsequences: false)
    return middle.isEmpty
      || parts.count == 4 && parts[0].isEmpty && parts[2] == "of"
        && [parts[1], parts[3]].allSatisfy { part in
          !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
  }
}

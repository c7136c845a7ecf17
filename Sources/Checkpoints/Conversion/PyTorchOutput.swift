internal import Archives
internal import Diagnostics
internal import Files
internal import TensorCore

/// A PyTorch zip of one dictionary.
struct PyTorchOutput: ConversionOutput {
  let files: [(path: String, byteCount: Int?)]
  let target: OutputTarget
  private let pickle: [UInt8]
  /// The items that have a record of their own, in the order of their keys; tied ones share.
  private let records: [ConversionPlan.Item]

  init(
    _ plan: ConversionPlan, _ target: OutputTarget, audit: inout Audit
  ) throws(Rejection) {
    guard target.kind == .file else {
      throw Rejection(
        TorchRules.notRepresentable, "PyTorch files cannot be sharded: choose --to safetensors")
    }
    self.target = target
    var groupByName: [ExactText: Int] = [:]
    for (group, names) in plan.ties.enumerated() {
      for name in names { groupByName[ExactText(name)] = group }
    }
    var keyByGroup: [Int: String] = [:]
    var entries: [TorchPickleWriter.Entry] = []
    var records: [ConversionPlan.Item] = []
    for item in plan.items {
      let group = groupByName[ExactText(item.name)]
      let shared = group.flatMap { keyByGroup[$0] }
      let key = shared ?? String(records.count)
      if shared == nil { records.append(item) }
      if let group { keyByGroup[group] = key }
      entries.append(
        .init(name: item.name, dtype: item.dtype, shape: item.shape, storageKey: key))
    }
    pickle = try TorchPickleWriter.pickle(entries)
    self.records = records
    // Every PyTorch file is one of PyTorch's, so that note needs no place.
    let lost = plan.metadata.count { $0.key != "format" }
    if lost > 0 {
      let notes = plan.metadata.count { $0.key.hasPrefix(EncodingNote.keyPrefix) }
      audit.warn(
        FileRules.droppedMetadata,
        "\(lost) metadata entries have no place in a PyTorch file"
          + (notes > 0 ? "; \(notes) of them say how kept codes become numbers" : ""),
        at: Place(file: target.path))
    }
    files = [(target.path, Self.byteCount(pickle, records))]
  }

  static let members: [(name: String, content: [UInt8])] = [
    (".format_version", Array("1".utf8)), (".storage_alignment", Array("64".utf8)),
    ("byteorder", Array("little".utf8)),
  ]
  static let version = Array("3\n".utf8)

  /// The length of the whole file, from a rehearsal without payloads.
  private static func byteCount(_ pickle: [UInt8], _ records: [ConversionPlan.Item]) -> Int {
    var zip = ZipWriter()
    var total = 0
    let small = [("data.pkl", pickle)] + members + [("version", version)]
    for (name, size) in small.map({ ($0.0, $0.1.count) })
      + records.enumerated().map({ ("data/\($0)", $1.byteCount) })
    {
      total += zip.header(name: "archive/" + name, size: size).count + size
      total += zip.descriptor(crc32: 0).count
    }
    return total + zip.directory().count
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    var file = try OutputFile(target)
    let warnings = file.followsInterruption ? [interruptionWarning(target.path)] : []
    meter.begin()
    var zip = ZipWriter()
    try Self.add("data.pkl", pickle, &zip, &file)
    for (name, content) in Self.members { try Self.add(name, content, &zip, &file) }
    for (index, item) in records.enumerated() {
      try file.append(zip.header(name: "archive/data/\(index)", size: item.byteCount))
      var crc = CRC32()
      try item.forEachChunk(&meter) { chunk throws(Rejection) in
        crc.update(chunk)
        try file.append(chunk)
      }
      try file.append(zip.descriptor(crc32: crc.value))
    }
    try Self.add("version", Self.version, &zip, &file)
    try file.append(zip.directory())
    try file.sync()
    try approve()
    meter.finish()
    try file.commit()
    return warnings
  }

  private static func add(
    _ name: String, _ content: [UInt8], _ zip: inout ZipWriter, _ file: inout OutputFile
  ) throws(Rejection) {
    try file.append(zip.header(name: "archive/" + name, size: content.count))
    try file.append(content)
    // Bytes have no padding that a raw view could show.
    try file.append(zip.descriptor(crc32: CRC32(of: unsafe content.span.bytes).value))
  }
}

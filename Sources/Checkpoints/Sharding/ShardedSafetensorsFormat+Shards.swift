internal import Diagnostics
internal import Files
internal import JSON
internal import TensorCore

extension ShardedSafetensorsFormat {
  /// Opens the shards that the index in `storage` names, all beside it in `folder`.
  static func openShards(
    in folder: String, indexed storage: Storage, path: String, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let index = try locating(Place(file: path)) { () throws(Rejection) in
      try SafetensorsIndex(parsing: storage.bytes)
    }
    var whole = Checkpoint(format: id, tensors: [], byteCount: storage.byteCount)
    let fileByName = Dictionary(
      index.shards.map { (ExactText($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    var found: Set<ExactText> = []
    let files = Set(fileByName.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if let file = files.first(where: { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") }) {
      throw Rejection(
        SafetensorsRules.shards,
        "the index names PyTorch files, such as \(file), which are read one by one",
        at: Place(file: path))
    }
    for file in files {
      let shard = try open(shard: file, in: folder, audit: &audit)
      for tensor in shard.tensors {
        try check(tensor.name, in: file, against: fileByName, audit: &audit)
        guard found.insert(ExactText(tensor.name)).inserted else {
          throw Rejection(
            SafetensorsRules.shards, "two shards hold this tensor",
            at: Place(file: file, tensor: tensor.name))
        }
      }
      add(shard, from: file, to: &whole, audit: &audit)
    }
    if let (name, file) = index.shards.first(where: { !found.contains(ExactText($0.key)) }) {
      throw Rejection(
        SafetensorsRules.shards, "\(file) does not hold it", at: Place(file: path, tensor: name))
    }
    checkTotal(of: whole, against: index, at: Place(file: path), audit: &audit)
    try locating(Place(file: path)) { () throws(Rejection) in
      try whole.bindKeptCodes(audit: &audit)
    }
    whole.ties = SafetensorsFormat.ties(in: whole.metadata, among: whole.tensors.map(\.name))
    return whole
  }

  private static func open(
    shard file: String, in folder: String, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    do throws(Rejection) {
      return try openShard("\(folder)/\(file)", audit: &audit)
    } catch  where error.rule == FileRules.missingInput {
      throw Rejection(
        SafetensorsRules.shards, "a shard is missing: \(error.message)", at: error.place)
    }
  }

  private static func check(
    _ tensor: String, in file: String, against fileByName: [ExactText: String],
    audit: inout Audit
  ) throws(Rejection) {
    let place = Place(file: file, tensor: tensor)
    guard let stated = fileByName[ExactText(tensor)] else {
      return try audit.enforce(
        SafetensorsRules.shards, "the index does not mention this tensor", at: place)
    }
    guard stated == file else {
      throw Rejection(SafetensorsRules.shards, "the index says it is in \(stated)", at: place)
    }
  }

  private static func add(
    _ shard: Checkpoint, from file: String, to whole: inout Checkpoint, audit: inout Audit
  ) {
    whole.byteCount += shard.byteCount
    whole.tensors += shard.tensors
    for (key, value) in shard.metadata {
      guard let first = whole.metadata[key] else {
        whole.metadata[key] = value
        continue
      }
      if !first.utf8.elementsEqual(value.utf8) {
        audit.warn(
          SafetensorsRules.shards, "its metadata \(JSONValue.string(key)) differs from the others'",
          at: Place(file: file))
      }
    }
  }

  /// Warns about a wrong sum: no reader depends on it, and writers that drop ties get it wrong.
  private static func checkTotal(
    of whole: Checkpoint, against index: SafetensorsIndex, at place: Place, audit: inout Audit
  ) {
    let sum = whole.tensors.reduce(0) { sum, tensor in
      guard case .dense(let elements) = tensor.content else { return sum }
      return sum &+ elements.byteCount
    }
    guard let stated = index.totalSize, stated != sum else { return }
    audit.warn(
      SafetensorsRules.shards, "total_size is \(stated), and the tensors have \(sum) bytes",
      at: place)
  }
}

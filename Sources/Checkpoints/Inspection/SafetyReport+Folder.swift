internal import Archives
internal import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

extension CheckpointInput {
  /// What holds files or a model that no part of a scan looks into, with an article; nil for the
  /// rest.
  fileprivate var packedKind: String? {
    let prefix = storage.bytes.extracting(0..<min(storage.byteCount, 512))
    guard let kind = describeSignature(of: prefix) else { return nil }
    let packed = ["archive", "gzip", "bzip2", "LZ4", "xz file", "zstd", "lrzip", "HDF5", "GGUF"]
    return packed.contains(where: kind.contains) ? kind : nil
  }
}

/// How much of a folder is gone through.
struct FolderRoom {
  /// Folders in folders that are entered.
  let maximumDepth = 8
  /// Files and folders that are looked at.
  let maximumEntries: Int
  private var taken = 0

  init(maximumEntries: Int = 10_000) { self.maximumEntries = maximumEntries }

  /// Whether more was asked for than there is.
  var isExhausted: Bool { taken > maximumEntries }

  /// Takes room for one more; false if there is none.
  mutating func take() -> Bool {
    taken += 1
    return !isExhausted
  }
}

extension SafetyReport {
  /// Goes through every regular file of a folder and of the folders in it that is no part of the
  /// checkpoint in it: who loads a folder may load `pytorch_model.bin` instead of what lies beside
  /// it. Links to files are followed as loading would, links to folders are not.
  ///
  /// Says whether one of them is a checkpoint of its own.
  mutating func scanCompanions(of folder: CheckpointInput, within room: FolderRoom) -> Bool {
    var room = room
    return scan(folder, below: "", depth: 0, &room)
  }

  private mutating func scan(
    _ folder: CheckpointInput, below prefix: String, depth: Int, _ room: inout FolderRoom
  ) -> Bool {
    guard let listing = try? FolderListing(path: folder.path, includesHidden: true) else {
      skipped.append((prefix.isEmpty ? folder.path : prefix, "it cannot be listed"))
      return false
    }
    var isAnyCheckpoint = false
    let members = Self.members(of: folder)
    for entry in listing.names where entry != "." && entry != ".." {
      guard !members.contains(ExactText(entry)) else { continue }
      let (name, path) = (prefix + entry, "\(folder.path)/\(entry)")
      guard room.take() else {
        skipped.append((name, "more than \(room.maximumEntries) files; this and what follows"))
        return isAnyCheckpoint
      }
      switch FolderEntry(path: path) {
      case .file:
        let companion = SafetyReport(companion: path)
        add(companion, called: name)
        isAnyCheckpoint = isAnyCheckpoint || companion.format != nil
      case .folder where depth < room.maximumDepth:
        let isCheckpoint = enter(path, called: name, depth: depth + 1, &room)
        isAnyCheckpoint = isAnyCheckpoint || isCheckpoint
      case .folder: skipped.append((name, "it lies \(depth + 1) folders deep"))
      case .other(let reason): skipped.append((name, reason))
      }
      if room.isExhausted { break }
    }
    return isAnyCheckpoint
  }

  /// A folder in the folder: the checkpoint that it may be, then what lies in it.
  private mutating func enter(
    _ path: String, called name: String, depth: Int, _ room: inout FolderRoom
  ) -> Bool {
    let folder = CheckpointInput(path: path, storage: Storage([]), isFolder: true)
    let isCheckpoint = folder.format != nil
    if isCheckpoint {
      var whole = SafetyReport(path: path)
      whole.collect { (report) throws(Rejection) in try report.survey(folder) }
      whole.openWhole()
      add(whole, called: name + "/")
    }
    return scan(folder, below: name + "/", depth: depth, &room) || isCheckpoint
  }

  /// A file that nobody called a checkpoint: its pickles, and its content if a format is known.
  private init(companion path: String) {
    self.init(path: path)
    collect { (report) throws(Rejection) in
      let input = try CheckpointInput(path: path)
      let content: CheckpointInput
      do throws(Rejection) {
        var layers: [String] = []
        var audit = Audit()
        content = try input.innermost(&layers, audit: &audit)
      } catch {
        // Text that looks compressed by accident is no damage; a bomb is one.
        guard error.rule.status == .refused else {
          report.skipped = [(path, "it cannot be unpacked: \(error.message)")]
          return
        }
        throw error
      }
      for stream in PickleStream.all(in: content) { report.note(stream) }
      guard let format = content.format else {
        if let kind = content.packedKind { report.skipped = [(path, "it is \(kind)")] }
        return
      }
      report.format = format.id
      // What an index names lies in the folder, and is gone through by itself.
      if format.id != ShardedSafetensorsFormat.id { report.openWhole() }
    }
  }

  private mutating func add(_ companion: SafetyReport, called name: String) {
    imports += companion.imports
    findings += companion.findings
    warnings += companion.warnings
    nonFinite += companion.nonFinite
    skipped += companion.skipped.map { (name, $0.reason) }
    // What was not looked into has no verdict, unless something was found all the same.
    guard companion.skipped.isEmpty || companion.verdict != .clean else { return }
    files.append((name, companion.verdict))
  }

  /// The names of the files that opening the folder's checkpoint reads.
  private static func members(of folder: CheckpointInput) -> Set<ExactText> {
    let names =
      DistributedFormat.recognizes(folder)
      ? [".metadata"] + PickleStream.pieces(of: folder.path).map(\.file)
      : ShardedSafetensorsFormat.recognizes(folder) ? shards(of: folder.path) : []
    return Set(names.map(ExactText.init))
  }

  private static func shards(of folder: String) -> [String] {
    guard let listing = try? FolderListing(path: folder) else { return [] }
    let indices = listing.ending(in: ".safetensors.index.json")
    guard !indices.isEmpty else { return listing.ending(in: ".safetensors") }
    // Of several indices opening takes the usual one or none.
    let read = indices.count == 1 ? indices : indices.filter { $0 == SafetensorsIndex.fileName }
    return read.flatMap { name in
      guard let file = try? FileMapping(path: "\(folder)/\(name)"),
        let index = try? SafetensorsIndex(parsing: file.bytes)
      else { return [name] }
      return [name] + index.shards.map(\.value)
    }
  }
}

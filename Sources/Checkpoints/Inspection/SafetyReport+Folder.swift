internal import Diagnostics
internal import Glibc
internal import TensorCore

extension SafetyReport {
  /// Goes through every regular file of a folder that is no part of the checkpoint in it: who
  /// loads a folder may load `pytorch_model.bin` instead of what lies beside it.
  ///
  /// Says whether one of them is a checkpoint of its own.
  mutating func scanCompanions(of folder: CheckpointInput) -> Bool {
    var isAnyCheckpoint = false
    collect { (report) throws(Rejection) in
      let listing = try FolderListing(path: folder.path, includesHidden: true)
      let members = Self.members(of: folder)
      for name in listing.names where !members.contains(ExactText(name)) {
        let path = "\(folder.path)/\(name)"
        guard Self.isRegularFile(path) else { continue }
        let companion = SafetyReport(companion: path)
        report.add(companion, called: name)
        isAnyCheckpoint = isAnyCheckpoint || companion.format != nil
      }
    }
    return isAnyCheckpoint
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
        guard error.rule.status == .refused else { return }
        throw error
      }
      for stream in PickleStream.all(in: content) { report.note(stream) }
      guard let format = content.format else { return }
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

  private static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

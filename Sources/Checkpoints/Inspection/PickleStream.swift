internal import Archives
internal import Diagnostics
internal import Files
internal import Pickle
internal import TensorCore

/// One pickle in a file and what going through it found.
struct PickleStream {
  /// The archive's member that holds it; nil for a file of its own.
  let member: String?
  /// What it imports and what is wrong with it.
  let survey: PickleSurvey

  /// No container of PyTorch's has more pickles in a row than its legacy format.
  private static let maximumCount = 5

  /// The pickles of an unwrapped input, wherever PyTorch or Python would look for them.
  static func all(in input: CheckpointInput) -> [PickleStream] {
    if input.isFolder { return metadata(of: input.path) }
    let bytes = input.storage.bytes
    if input.starts(with: [0x50, 0x4B]) { return zipped(input.storage) }
    if TarPyTorchFormat.recognizes(input) { return inTar(input.storage) }
    if input.starts(with: [0x80]) { return sequence(bytes, member: nil) }
    // Protocols 0 and 1 have no mark to know them by; a program in them has.
    let streams = sequence(bytes.extracting(0..<min(bytes.byteCount, 1 << 20)), member: nil)
    return streams.contains(where: \.isDangerous) ? streams : []
  }

  private var isDangerous: Bool { survey.imports.contains { $0.danger != nil } }

  /// Pickles from the first byte on, until one does not end or nothing follows.
  private static func sequence(
    _ bytes: RawSpan, member: String?, depth: Int = 0
  ) -> [PickleStream] {
    var streams: [PickleStream] = []
    var position = 0
    while position < bytes.byteCount, streams.count < maximumCount {
      let survey = PickleMachine.survey(
        bytes, from: position, policy: TorchObjectBuilder.policy, loaders: loaders)
      let stream = PickleStream(member: member, survey: survey)
      // What follows a whole pickle is another one only if it is whole or imports something.
      if streams.isEmpty || survey.isComplete || stream.isDangerous { streams.append(stream) }
      guard survey.isComplete, survey.endOffset > position else { break }
      position = survey.endOffset
    }
    return streams
      + streams.flatMap { stream in stream.nested(depth: depth) }
  }

  /// What `pickle.dumps` hides a storage in: bytes that torch reads as a file of its own.
  private static let loaders: Set<Symbol> = [
    Symbol(module: "torch.storage", name: "_load_from_bytes")
  ]

  /// Files in files in files: opening refuses the second level, a scan looks a little further.
  private static let maximumDepth = 4

  private func nested(depth: Int) -> [PickleStream] {
    guard depth < Self.maximumDepth else { return [] }
    return survey.nested.flatMap { bytes -> [PickleStream] in
      let storage = Storage(bytes)
      let member = member.map { "\($0): bytes" } ?? "bytes"
      return Self.sequence(storage.bytes, member: member, depth: depth + 1)
    }
  }

  private static func zipped(_ storage: Storage) -> [PickleStream] {
    // What the archive itself does wrong is found when it is opened.
    var audit = Audit(leniency: Set(ArchiveRules.all.map(\.id)))
    guard let zip = try? ZipArchive(parsing: storage.bytes, audit: &audit) else { return [] }
    let members = ZipMembers(zip: zip, storage: storage)
    return zip.entries.filter { $0.name.lowercased().hasSuffix(".pkl") }.flatMap { entry in
      guard let record = try? members.bytes(of: entry, audit: &audit) else {
        return [PickleStream]()
      }
      return sequence(record.bytes, member: entry.name)
    }
  }

  private static func inTar(_ storage: Storage) -> [PickleStream] {
    var audit = Audit(leniency: Set(ArchiveRules.all.map(\.id)))
    guard let tar = try? TarArchive(parsing: storage.bytes, audit: &audit) else { return [] }
    return tar.entries.flatMap { entry in
      guard let member = storage.slice(entry.dataRange) else { return [PickleStream]() }
      return sequence(member.bytes, member: entry.name).filter { !$0.survey.imports.isEmpty }
    }
  }

  /// The metadata of a distributed checkpoint, and the pickles of the zips that it points to.
  private static func metadata(of folder: String) -> [PickleStream] {
    guard let file = try? FileMapping(path: folder + "/.metadata") else { return [] }
    var files: [ExactText: Storage] = [:]
    return sequence(file.bytes, member: ".metadata")
      + pieces(of: folder).flatMap { piece -> [PickleStream] in
        let name = ExactText(piece.file)
        if files[name] == nil {
          files[name] = (try? FileMapping(path: "\(folder)/\(piece.file)", followsLinks: false))
            .map { Storage($0) }
        }
        guard let zip = files[name]?.slice(piece.range) else { return [] }
        return zipped(zip).map {
          PickleStream(member: "\(piece.file): \($0.member ?? "")", survey: $0.survey)
        }
      }
  }

  /// Where the metadata of a distributed checkpoint say that its zips lie; none outside the folder,
  /// which opening refuses.
  static func pieces(of folder: String) -> [DistributedMetadata.Location] {
    var audit = Audit(leniency: Set(ReadingRules.all.map(\.id)))
    guard let file = try? FileMapping(path: folder + "/.metadata"),
      let value = try? TorchObject.value(
        ofPickle: file.bytes, storages: EmptyStorageSource(fileByteCount: file.byteCount),
        audit: &audit),
      let metadata = try? DistributedMetadata(value)
    else { return [] }
    return metadata.locations.values
      .filter { !$0.file.contains("/") && $0.file != ".." && !$0.file.contains("\0") }
      .sorted { ($0.file, $0.range.lowerBound) < ($1.file, $1.range.lowerBound) }
  }
}

internal import Archives
internal import Diagnostics
internal import Pickle
internal import TensorCore

/// A zip as `torch.save` writes it: one root folder with a pickle and a record for each storage.
struct TorchArchive {
  let zip: ZipArchive
  let storage: Storage
  let place: Place
  /// The folder that holds everything, with its slash.
  let root: String
  let isBigEndian: Bool

  /// The members of the zip.
  var members: ZipMembers { ZipMembers(zip: zip, storage: storage) }

  /// Whether the archive was made by `torch.jit.save`.
  var isTorchScript: Bool { zip[root + "constants.pkl"] != nil }

  /// Parses the directory and checks what PyTorch requires of it (Z13, Z14, Z18, Z20, T16).
  init(_ storage: Storage, place: Place, audit: inout Audit) throws(Rejection) {
    self.storage = storage
    self.place = place
    zip = try ZipArchive(parsing: storage.bytes, audit: &audit)
    root = try Self.root(of: zip)
    guard zip[root + "data.pkl"] != nil else {
      if let nested = zip.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) {
        throw Rejection(ArchiveRules.noSingleRoot, "\(nested.name) lies in a folder of a folder")
      }
      throw Rejection(ArchiveRules.missingRecords, "there is no \(root)data.pkl")
    }
    let reader = ZipMembers(zip: zip, storage: storage)
    let order = try reader.text(root + "byteorder", audit: &audit) ?? "little"
    guard order == "little" || order == "big" else {
      throw Rejection(TorchRules.byteOrder, "byteorder is \(order.debugDescription)")
    }
    isBigEndian = order == "big"
    try checkVersion(reader, audit: &audit)
    for name in [".format_version", ".storage_alignment"] {
      if let text = try reader.text(root + name, audit: &audit), Int(text) ?? 0 < 1 {
        try audit.enforce(
          ArchiveRules.badBookkeeping, "\(name) is \(text.debugDescription)", at: place)
      }
    }
    warnOfStrangers(audit: &audit)
  }

  /// Warns of storages that no tensor refers to: `keys` are those that one does.
  func warnOfOrphans(besides keys: some Collection<String>, audit: inout Audit) {
    let known = Set(keys.map { root + "data/" + $0 })
    for entry in zip.entries
    where entry.name.hasPrefix(root + "data/") && entry.size > 0 && !known.contains(entry.name) {
      audit.warn(
        ArchiveRules.unknownMembers, "no tensor refers to this storage",
        at: Place(member: entry.name))
    }
  }

  /// The bytes of a record, decoded if it is compressed.
  func record(_ name: String, audit: inout Audit) throws(Rejection) -> Storage {
    guard let entry = zip[root + name] else {
      throw Rejection(TorchRules.missingStorage, "there is no \(root)\(name)")
    }
    if entry.method != .stored {
      audit.warn(
        ArchiveRules.compressedStorage, "\(entry.compressedSize) bytes decode to \(entry.size)",
        at: Place(member: entry.name))
    }
    return try members.bytes(of: entry, audit: &audit)
  }

  private static func root(of zip: ZipArchive) throws(Rejection) -> String {
    guard let first = zip.entries.first?.name, let slash = first.firstIndex(of: "/") else {
      throw Rejection(ArchiveRules.noSingleRoot, "the members lie in no folder")
    }
    let root = String(first[...slash])
    if let stray = zip.entries.first(where: { !$0.name.hasPrefix(root) }) {
      throw Rejection(ArchiveRules.noSingleRoot, "\(stray.name) lies outside \(root)")
    }
    return root
  }

  private func checkVersion(
    _ reader: ZipMembers, audit: inout Audit
  ) throws(Rejection) {
    let text = try reader.text(root + "version", audit: &audit)
    let digits = text?.last == "\n" ? text.map { String($0.dropLast()) } : text
    guard let digits, let version = Int(digits), (1...10).contains(version) else {
      throw Rejection(
        ArchiveRules.missingRecords, "version is \((text ?? "absent").debugDescription)")
    }
  }

  /// The folders that `torch.jit.save` adds.
  private static func isProgram(_ name: String) -> Bool {
    ["constants/", "code/", "extra/", "traced_inputs/"].contains(where: name.hasPrefix)
      || name == "traced_inputs.pkl"
  }

  private func warnOfStrangers(audit: inout Audit) {
    let known: Set<String> = [
      "data.pkl", "byteorder", "version", ".format_version", ".storage_alignment",
      ".data/serialization_id", "constants.pkl", "attributes.pkl",
    ]
    for entry in zip.entries {
      let name = String(entry.name.dropFirst(root.count))
      if known.contains(name) || name.isEmpty || name.hasSuffix("/") { continue }
      if name.hasPrefix("data/") || isTorchScript && Self.isProgram(name) { continue }
      audit.warn(
        ArchiveRules.unknownMembers, "nothing refers to this member",
        at: Place(member: entry.name))
    }
  }
}

/// The storages of a zip: one record each under `data/`.
struct ArchiveStorageSource: TorchStorageSource {
  let archive: TorchArchive
  /// The folder of the records.
  var folder = "data/"
  var isBigEndian: Bool { archive.isBigEndian }
  var fileByteCount: Int { archive.storage.byteCount }

  func bytes(
    of storage: TorchStorage, audit: inout Audit
  ) throws(Rejection) -> Storage {
    guard !storage.key.contains("/"), !storage.key.contains("\0"), storage.key != ".." else {
      throw Rejection(TorchRules.missingStorage, "the key \(storage.key.debugDescription)")
    }
    // A storage without elements may have no record.
    if storage.elementCount == 0, archive.zip[archive.root + folder + storage.key] == nil {
      return Storage([])
    }
    guard let expected = storage.byteCount else {
      throw Rejection(TorchRules.sizeOverflow, "a storage of \(storage.elementCount) elements")
    }
    let record = try archive.record(folder + storage.key, audit: &audit)
    guard record.byteCount == expected else {
      throw Rejection(
        TorchRules.storageSize,
        "the pickle says \(expected) bytes, the record has \(record.byteCount)")
    }
    return record
  }
}

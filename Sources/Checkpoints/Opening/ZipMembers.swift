internal import Archives
internal import Diagnostics
internal import Files
internal import TensorCore

/// Reads whole members of a zip.
struct ZipMembers {
  let zip: ZipArchive
  let storage: Storage

  /// The decoded bytes of a member: a slice of the file when it is stored, else a scratch file.
  func bytes(of entry: ZipEntry, audit: inout Audit) throws(Rejection) -> Storage {
    if entry.method == .stored, let slice = storage.slice(entry.dataRange) { return slice }
    var scratch = try ScratchFile()
    try zip.read(entry, in: storage.bytes, audit: &audit) { chunk throws(Rejection) in
      try scratch.append(chunk)
    }
    return try scratch.finish()
  }

  /// The text of a small member; nil when there is none, Z20 when it is long.
  func text(_ name: String, audit: inout Audit) throws(Rejection) -> String? {
    guard let entry = zip[name] else { return nil }
    guard entry.size <= 1024 else {
      throw Rejection(ArchiveRules.badBookkeeping, "\(name) has \(entry.size) bytes")
    }
    let content = try bytes(of: entry, audit: &audit)
    return String(decoding: content.bytes.copied(), as: UTF8.self)
  }

  /// The checksums of the members that are read in place; decoding checks the others.
  var payloadChecks: [PayloadCheck] {
    guard !zip.crcDisabled else { return [] }
    return zip.entries.filter { $0.method == .stored && $0.size > 0 }.compactMap { entry in
      storage.slice(entry.dataRange).map {
        PayloadCheck(storage: $0, crc32: entry.crc32, member: entry.name)
      }
    }
  }
}

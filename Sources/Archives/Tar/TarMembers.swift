import Diagnostics

/// Collects members, holding what the headers of extensions say about the one that follows them.
struct TarMembers {
  private(set) var entries: [TarEntry] = []
  private(set) var indices: [String: Int] = [:]
  private let limits: ArchiveLimits
  private var longName: [UInt8]?
  private var extended: PaxRecords?

  /// A name and a few dates fit in far less; xattrs are the largest that is ever seen.
  private static let extensionByteCount = 1 << 20

  init(limits: ArchiveLimits) { self.limits = limits }

  /// How many bytes follow `header`: its own size unless an extension before it says otherwise.
  func size(of header: TarHeader) throws(Rejection) -> Int {
    switch header.kind {
    case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"):
      guard header.size <= Self.extensionByteCount else {
        throw reject("an extension header of \(header.size) bytes", header)
      }
      return header.size
    default: return extended?.size ?? header.size
    }
  }

  /// Takes the member or extension whose bytes lie at `dataOffset`.
  mutating func take(
    _ header: TarHeader, _ data: RawSpan, at dataOffset: Int
  ) throws(Rejection) {
    switch header.kind {
    case UInt8(ascii: "L"):
      guard longName == nil else { throw reject("two long names for one member", header) }
      let name = data.array(0..<data.byteCount).prefix { $0 != 0 }
      guard data.byteCount - name.count <= 1 else {
        throw reject("bytes after a long name", header)
      }
      longName = Array(name)
    case UInt8(ascii: "x"):
      guard extended == nil else { throw reject("two pax headers for one member", header) }
      extended = try PaxRecords(data, at: header.offset)
    case UInt8(ascii: "g"):
      guard try PaxRecords(data, at: header.offset).isHarmlessForAll else {
        throw reject("a global header that renames or resizes every member", header)
      }
    default:
      try append(header, size: data.byteCount, at: dataOffset)
      (longName, extended) = (nil, nil)
    }
  }

  /// Refuses an archive that ends where a member was announced.
  func finish(at position: Int) throws(Rejection) {
    guard longName == nil, extended == nil else {
      throw Rejection(
        ArchiveRules.badTar, "an extension header without a member behind it",
        at: Place(offset: position))
    }
  }

  private mutating func append(
    _ header: TarHeader, size: Int, at dataOffset: Int
  ) throws(Rejection) {
    guard entries.count < limits.entryCount else {
      throw Rejection(ArchiveRules.bomb, "more than \(limits.entryCount) members")
    }
    let kind = try kind(of: header)
    let (name, isFolder) = try name(of: header)
    guard kind == .folder || !isFolder else {
      throw reject("a file whose name ends in a slash", header)
    }
    guard kind == .file || size == 0 else {
      throw reject("a folder with \(size) bytes in it", header)
    }
    if indices.updateValue(entries.count, forKey: name) != nil {
      throw Rejection(
        ArchiveRules.duplicateNames, "the name stands for two members", at: Place(member: name))
    }
    entries.append(TarEntry(name: name, size: size, dataOffset: dataOffset, kind: kind))
  }

  private func kind(of header: TarHeader) throws(Rejection) -> TarEntry.Kind {
    switch header.kind {
    case UInt8(ascii: "0"), 0: return .file
    case UInt8(ascii: "5"): return .folder
    case UInt8(ascii: "1"): throw reject("a hard link", header)
    case UInt8(ascii: "2"), UInt8(ascii: "K"): throw reject("a symbolic link", header)
    case UInt8(ascii: "S"): throw reject("a sparse file", header)
    default: throw reject("a member of kind \(EntryName.printable([header.kind]))", header)
    }
  }

  private func name(of header: TarHeader) throws(Rejection) -> (text: String, isFolder: Bool) {
    if longName != nil, extended?.path != nil { throw reject("two long names", header) }
    let bytes = longName ?? extended?.path ?? header.name
    do throws(EntryName.Objection) {
      let name = try EntryName(bytes, maximumByteCount: limits.nameByteCount)
      return (name.isFolder ? String(name.text.dropLast()) : name.text, name.isFolder)
    } catch {
      throw reject(error.message, header)
    }
  }

  private func reject(_ message: String, _ header: TarHeader) -> Rejection {
    Rejection(ArchiveRules.badTar, message, at: Place(offset: header.offset))
  }
}

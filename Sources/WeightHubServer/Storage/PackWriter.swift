internal import Diagnostics
internal import Glibc
internal import TextCoding

/// Where a chunk lies: the place of its pack in the list of those that were written, and its start.
struct PackPlace: Sendable {
  let pack: Int
  let start: Int
}

/// Writes chunks to new pack files, which are removed again unless they are kept.
///
/// Unchecked because calls hop between threads, but one waits for the other.
final class PackWriter: @unchecked Sendable {
  /// A pack that is as long as it will be.
  struct Pack: Sendable {
    let name: String
    var byteCount: Int
  }

  /// Longer packs would be costly to rewrite when most of one is no longer wanted.
  private static let greatestByteCount = 64 << 20

  private let folder: PackFolder
  private var descriptor: Int32 = -1
  /// The packs that were begun.
  private(set) var packs: [Pack] = []
  private var isKept = false

  init(_ folder: PackFolder) { self.folder = folder }

  /// Writes a chunk.
  func append(_ bytes: UnsafeRawBufferPointer) throws(Rejection) -> PackPlace {
    if packs.isEmpty || packs[packs.count - 1].byteCount >= Self.greatestByteCount {
      try beginPack()
    }
    let index = packs.count - 1
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw StorageFailure.rejection("cannot write", folder.path(of: packs[index].name))
      }
      done += count
    }
    defer { packs[index].byteCount += bytes.count }
    return PackPlace(pack: index, start: packs[index].byteCount)
  }

  private func beginPack() throws(Rejection) {
    try endPack()
    var generator = SystemRandomNumberGenerator()
    let name = Hexadecimal.text(
      (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    descriptor = open(folder.partialPath(of: name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StorageFailure.rejection("cannot make a pack", folder.path(of: name))
    }
    packs.append(Pack(name: name, byteCount: 0))
  }

  private func endPack() throws(Rejection) {
    guard descriptor >= 0 else { return }
    defer {
      close(descriptor)
      descriptor = -1
    }
    let name = packs[packs.count - 1].name
    guard fdatasync(descriptor) == 0,
      rename(folder.partialPath(of: name), folder.path(of: name)) == 0
    else { throw StorageFailure.rejection("cannot write", folder.path) }
  }

  /// Makes what was written last; `keep` once it is entered.
  func seal() throws(Rejection) {
    try endPack()
    if !packs.isEmpty { try folder.synchronize() }
  }

  /// From now on the packs are somebody's.
  func keep() { isKept = true }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isKept { for pack in packs { folder.remove(pack.name) } }
  }
}

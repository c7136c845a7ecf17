internal import Diagnostics
internal import Glibc

/// Reads extents of pack files, of which the last one used stays open.
///
/// Unchecked because calls hop between threads, but one waits for the other.
final class PackReader: @unchecked Sendable {
  private let folder: PackFolder
  private var name = ""
  private var descriptor: Int32 = -1

  init(_ folder: PackFolder) { self.folder = folder }

  /// The bytes of an extent, which must not be longer than memory allows.
  func bytes(of extent: ContentStore.Extent) throws(Rejection) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: extent.byteCount)
    try read(extent, into: &bytes)
    return bytes
  }

  private func read(
    _ extent: ContentStore.Extent, into bytes: inout [UInt8]
  ) throws(Rejection) {
    try openPack(extent.pack)
    var done = 0
    while done < extent.byteCount {
      let count = bytes.withUnsafeMutableBytes {
        let rest = UnsafeMutableRawBufferPointer(rebasing: $0[done...])
        return pread(descriptor, rest.baseAddress, rest.count, extent.start + done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        if count == 0 { errno = EIO }
        throw StorageFailure.rejection("cannot read", folder.path(of: extent.pack))
      }
      done += count
    }
  }

  private func openPack(_ wanted: String) throws(Rejection) {
    guard wanted != name || descriptor < 0 else { return }
    if descriptor >= 0 { close(descriptor) }
    descriptor = open(folder.path(of: wanted), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageFailure.rejection("cannot open", folder.path(of: wanted))
    }
    name = wanted
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

extension ContentStore.Extent {
  /// The extent in parts of at most so many bytes.
  func parts(of byteCount: Int) -> [ContentStore.Extent] {
    stride(from: 0, to: self.byteCount, by: byteCount).map { offset in
      ContentStore.Extent(
        pack: pack, start: start + offset, byteCount: min(byteCount, self.byteCount - offset))
    }
  }
}

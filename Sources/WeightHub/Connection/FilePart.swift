internal import Diagnostics
internal import Glibc
internal import NIOCore

/// A part of a file as buffers, read when they are wanted.
struct FilePart: AsyncSequence, Sendable {
  let path: String
  let range: Range<Int>

  struct Iterator: AsyncIteratorProtocol {
    private let part: FilePart
    private var file: OpenFile?
    private var position: Int

    init(_ part: FilePart) {
      self.part = part
      position = part.range.lowerBound
    }

    /// The next bytes; throws W08 where the file is gone or shorter by now.
    mutating func next() async throws -> ByteBuffer? {
      guard position < part.range.upperBound else { return nil }
      let file = try self.file ?? OpenFile(part.path)
      self.file = file
      let bytes = try file.bytes(
        at: position, count: Swift.min(1 << 20, part.range.upperBound - position))
      position += bytes.count
      return ByteBuffer(bytes: bytes)
    }
  }

  func makeAsyncIterator() -> Iterator { Iterator(self) }
}

/// A file that is open for reading.
final class OpenFile: Sendable {
  private let descriptor: Int32
  private let path: String
  /// Its length when it was opened.
  let byteCount: Int

  /// Opens a file; throws W08 where that cannot be done, also for what is none.
  init(_ path: String) throws(Rejection) {
    self.path = path
    // A pipe would wait for somebody to write.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CacheFailure.rejection("cannot open", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      errno = EINVAL
      throw CacheFailure.rejection("cannot open", path)
    }
    byteCount = Int(status.st_size)
  }

  /// Bytes at a place, at least one; throws W08 where there are none.
  func bytes(at position: Int, count: Int) throws(Rejection) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(descriptor, &bytes, count, position)
    guard got > 0 else {
      if got == 0 { errno = EIO }
      throw CacheFailure.rejection("cannot read", path)
    }
    return Array(bytes[..<got])
  }

  deinit { close(descriptor) }
}

internal import Diagnostics
internal import Glibc
internal import NIOCore

/// A part of a file as buffers, read when they are wanted.
struct FilePart: AsyncSequence, Sendable {
  let path: String
  let range: Range<Int>

  struct Iterator: AsyncIteratorProtocol {
    private let file: OpenFile?
    private let end: Int
    private var position: Int

    init(_ part: FilePart) {
      file = OpenFile(part.path)
      position = part.range.lowerBound
      end = part.range.upperBound
    }

    /// The next bytes; throws where the file is shorter by now.
    mutating func next() async throws -> ByteBuffer? {
      guard position < end else { return nil }
      guard let file else { throw CacheFailure.rejection("cannot open", "the file") }
      let bytes = try file.bytes(at: position, count: Swift.min(1 << 20, end - position))
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

  /// Nil where it cannot be opened.
  init?(_ path: String) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
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

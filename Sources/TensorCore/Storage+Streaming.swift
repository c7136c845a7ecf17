public import Diagnostics
internal import Files

extension Storage {
  /// Reads bytes from `position` on until `target` is full; throws F04 where the file ends before.
  /// They must lie inside.
  package func read(
    _ position: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(Rejection) {
    precondition(position >= 0 && position + target.count <= byteCount, "the bytes lie inside")
    if let file { return try file.read(into: target, at: start + position) }
    bytes.extracting(position..<(position + target.count)).withUnsafeBytes {
      target.copyMemory(from: $0)
    }
  }

  /// How much of a file is read at once: it stays in the processor's cache, and the pages of the
  /// target are filled in runs that the file system stores as one.
  static let readByteCount = 1 << 18

  /// Gives the bytes in order, a bounded chunk at a time; throws F04 where the file ends too early.
  ///
  /// A file is read, not looked into through its mapping: one that is cut meanwhile is an error
  /// and no signal, and memory stays flat.
  public func forEachChunk(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try forEachChunk(from: 0, endingAtMultiplesFrom: 0, body)
  }

  /// Gives the bytes from `first` on, in chunks that end where `origin` bytes more would be a
  /// multiple of the chunk's length.
  func forEachChunk(
    from first: Int, endingAtMultiplesFrom origin: Int,
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let length = file == nil ? Tensor.chunkByteCount : Self.readByteCount
    var buffer = [UInt8](repeating: 0, count: file == nil ? 0 : min(length, byteCount - first))
    var position = first
    while position < byteCount {
      let end = min(position + length - (position - first + origin) % length, byteCount)
      if let file {
        try file.read(into: &buffer, count: end - position, at: start + position)
        try body(buffer.span.bytes.extracting(0..<(end - position)))
      } else {
        try body(bytes.extracting(position..<end))
      }
      position = end
    }
  }
}

internal import CZlib
public import Diagnostics

/// A zlib stream that is compressed block by block, on as many threads as there are.
///
/// Every block but the last ends on a byte, and each has the 32 KiB before it for its dictionary
/// (Adler's pigz, 2007). Readers see one stream; its bytes depend on nothing but the input.
public enum ZlibBlocks {
  /// The bytes of a block, but the last.
  public static let blockByteCount = 1 << 18
  /// How far back a match can reach.
  private static let window = 1 << 15

  /// A block, compressed, and the check value of what it holds.
  public struct Block: Sendable {
    let bytes: [UInt8]
    let checksum: UInt
    let byteCount: Int
  }

  /// How many blocks `byteCount` bytes are cut into; one for none.
  public static func count(_ byteCount: Int) -> Int {
    max(1, byteCount / blockByteCount + (byteCount % blockByteCount == 0 ? 0 : 1))
  }

  /// Compresses one block of `bytes` as hard as zlib can.
  ///
  /// Matches shorter than six bytes are left alone: codes of weights repeat by chance, and the bits
  /// of such a match are more than those of its literals.
  public static func compress(_ bytes: RawSpan, block index: Int) throws(Rejection) -> Block {
    let start = index * blockByteCount
    let end = min(start + blockByteCount, bytes.byteCount)
    let dictionary = bytes.extracting(max(0, start - window)..<start)
    let isLast = index + 1 == count(bytes.byteCount)
    let content = bytes.extracting(start..<end)
    let packed = unsafe content.withUnsafeBytes { source in
      unsafe dictionary.withUnsafeBytes { dictionary in
        unsafe deflated(source, dictionary, isLast: isLast)
      }
    }
    guard let packed else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the zlib encoder")
    }
    let checksum = unsafe content.withUnsafeBytes { source in
      unsafe adler32_z(1, source.bindMemory(to: UInt8.self).baseAddress, source.count)
    }
    return Block(bytes: packed, checksum: UInt(checksum), byteCount: end - start)
  }

  private static func deflated(
    _ source: UnsafeRawBufferPointer, _ dictionary: UnsafeRawBufferPointer, isLast: Bool
  ) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard
      unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_FILTERED, ZLIB_VERSION, size) == Z_OK
    else { return nil }
    defer { unsafe deflateEnd(&stream) }
    if dictionary.count > 0 {
      unsafe deflateSetDictionary(
        &stream, dictionary.bindMemory(to: UInt8.self).baseAddress, UInt32(dictionary.count))
    }
    // The mark that ends a block on a byte takes five bytes more than the bound tells.
    let capacity = unsafe Int(deflateBound(&stream, UInt(source.count))) + 16
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      unsafe stream.next_in = UnsafeMutablePointer(
        mutating: source.bindMemory(to: UInt8.self).baseAddress)
      unsafe stream.avail_in = UInt32(source.count)
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = UInt32(capacity)
      _ = unsafe deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
      count = unsafe capacity - Int(stream.avail_out)
    }
  }

  /// The stream of all blocks, in order.
  public static func stream(_ blocks: [Block]) -> [UInt8] {
    // Deflate with a window of 32 KiB, compressed as hard as possible.
    var stream: [UInt8] = [0x78, 0xDA]
    stream.reserveCapacity(blocks.reduce(6) { $0 + $1.bytes.count })
    var checksum: UInt = 1
    for block in blocks {
      stream += block.bytes
      checksum = adler32_combine(checksum, block.checksum, block.byteCount)
    }
    return stream + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
  }
}

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

  /// Compresses one block of `bytes`, as hard as zlib can where that pays.
  ///
  /// Codes of weights are noise to a search for matches: where few strings of six bytes recur,
  /// only runs of a byte are sought. Shorter matches are left alone everywhere, for they repeat by
  /// chance and take more bits than their literals.
  public static func compress(_ bytes: RawSpan, block index: Int) throws(Rejection) -> Block {
    let start = index * blockByteCount
    let end = min(start + blockByteCount, bytes.byteCount)
    let dictionary = bytes.extracting(max(0, start - window)..<start)
    let isLast = index + 1 == count(bytes.byteCount)
    let content = bytes.extracting(start..<end)
    let packed = try unsafe content.withUnsafeBytes { source throws(Rejection) in
      try unsafe dictionary.withUnsafeBytes { dictionary throws(Rejection) in
        let deflation = try unsafe Deflation(byteCount: source.count, dictionary)
        for first in stride(from: 0, to: source.count, by: window) {
          let piece = unsafe UnsafeRawBufferPointer(
            rebasing: source[first..<min(first + window, source.count)])
          unsafe deflation.add(piece)
        }
        return deflation.finished(isLast: isLast)
      }
    }
    let checksum = unsafe content.withUnsafeBytes { source in
      unsafe adler32_z(1, source.bindMemory(to: UInt8.self).baseAddress, source.count)
    }
    return Block(bytes: packed, checksum: UInt(checksum), byteCount: end - start)
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

/// The encoder of one block.
@safe private final class Deflation {
  // On the heap: zlib refuses a stream whose address changed.
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableBufferPointer<UInt8>
  private var strategy = Z_RLE

  /// An encoder of so many bytes after a dictionary.
  init(byteCount: Int, _ dictionary: UnsafeRawBufferPointer) throws(Rejection) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    let status = unsafe deflateInit2_(
      stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_RLE, ZLIB_VERSION, size)
    // The bound knows of one strategy and one flush: each piece may begin with another.
    let pieces = byteCount / (1 << 15) + 2
    let capacity = unsafe Int(deflateBound(stream, UInt(byteCount))) + 64 * pieces
    unsafe output = .allocate(capacity: capacity)
    guard status == Z_OK else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the zlib encoder")
    }
    if dictionary.count > 0 {
      unsafe deflateSetDictionary(
        stream, dictionary.bindMemory(to: UInt8.self).baseAddress, UInt32(dictionary.count))
    }
    unsafe stream.pointee.next_out = output.baseAddress
    unsafe stream.pointee.avail_out = UInt32(capacity)
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
    unsafe output.deallocate()
  }

  /// Takes the next bytes.
  func add(_ piece: UnsafeRawBufferPointer) {
    let wanted = unsafe Self.recurs(piece) ? Z_FILTERED : Z_RLE
    if wanted != strategy {
      strategy = wanted
      unsafe deflateParams(stream, 9, strategy)
    }
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: piece.bindMemory(to: UInt8.self).baseAddress)
    unsafe stream.pointee.avail_in = UInt32(piece.count)
    unsafe deflate(stream, Z_NO_FLUSH)
  }

  /// Everything, up to the end of the stream or of a byte.
  func finished(isLast: Bool) -> [UInt8] {
    unsafe deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
    let count = unsafe output.count - Int(stream.pointee.avail_out)
    return unsafe Array(output.prefix(count))
  }

  /// Whether at more than one place in 128 six bytes stand that stood before.
  private static func recurs(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard piece.count > 8 else { return false }
    var recurring = 0
    unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 1 << 13) { places in
      unsafe places.initialize(repeating: 0)
      for place in 0..<(piece.count - 8) {
        let six = unsafe sixBytes(piece, place)
        let slot = Int(truncatingIfNeeded: (six &* 0x9E37_79B9_7F4A_7C15) >> 51)
        let earlier = unsafe Int(places[slot])
        let isSame = unsafe sixBytes(piece, earlier) == six
        if isSame && earlier < place { recurring += 1 }
        unsafe places[slot] = UInt16(truncatingIfNeeded: place)
      }
    }
    return recurring > piece.count / 128
  }

  private static func sixBytes(_ piece: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
    unsafe piece.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian << 16
  }
}

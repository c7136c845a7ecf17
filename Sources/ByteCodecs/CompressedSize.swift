internal import CBrotli
internal import CLZMA
internal import CZlib
internal import CZstd

/// What general compressors make of bytes at their highest levels: the measure that coders of
/// weights are compared with.
public enum CompressedSize {
  /// Names with levels, and lengths in bytes, of the same bytes under each compressor. Takes
  /// seconds for each megabyte, and memory for a copy.
  public static func all(of bytes: RawSpan) -> [(name: String, byteCount: Int)] {
    [
      ("zlib -9", zlib(bytes)), ("zstd -22", zstd(bytes)), ("xz -9e", xz(bytes)),
      ("brotli -q 11", brotli(bytes)),
    ].compactMap { name, count in count.map { (name, $0) } }
  }

  /// Calls a compressor with room for its output; nil where it fails, for lack of memory.
  private static func size(
    of bytes: RawSpan, capacity: Int,
    _ compress: (UnsafeRawBufferPointer, UnsafeMutableBufferPointer<UInt8>) -> Int?
  ) -> Int? {
    let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(capacity, 1))
    defer { unsafe output.deallocate() }
    return unsafe bytes.withUnsafeBytes { unsafe compress($0, output) }
  }

  /// The length under zlib at level 9; nil where it fails, for lack of memory.
  public static func zlib(_ bytes: RawSpan) -> Int? {
    unsafe size(of: bytes, capacity: Int(compressBound(uLong(bytes.byteCount)))) { input, output in
      var count = uLong(output.count)
      let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let status = unsafe compress2(
        output.baseAddress, &count, source, uLong(input.count), Z_BEST_COMPRESSION)
      return status == Z_OK ? Int(count) : nil
    }
  }

  private static func zstd(_ bytes: RawSpan) -> Int? {
    unsafe size(of: bytes, capacity: ZSTD_compressBound(bytes.byteCount)) { input, output in
      let count = unsafe ZSTD_compress(
        output.baseAddress, output.count, input.baseAddress, input.count, ZSTD_maxCLevel())
      return ZSTD_isError(count) == 0 ? count : nil
    }
  }

  private static func xz(_ bytes: RawSpan) -> Int? {
    unsafe size(of: bytes, capacity: lzma_stream_buffer_bound(bytes.byteCount)) { input, output in
      var count = 0
      let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      // LZMA_PRESET_EXTREME is a macro that Swift does not see.
      let status = unsafe lzma_easy_buffer_encode(
        9 | 1 << 31, LZMA_CHECK_CRC32, nil, source, input.count, output.baseAddress, &count,
        output.count)
      return status == LZMA_OK ? count : nil
    }
  }

  private static func brotli(_ bytes: RawSpan) -> Int? {
    let capacity = BrotliEncoderMaxCompressedSize(bytes.byteCount)
    return unsafe size(of: bytes, capacity: capacity) { input, output in
      var count = output.count
      let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let status = unsafe BrotliEncoderCompress(
        BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_GENERIC, input.count, source,
        &count, output.baseAddress)
      return status != 0 ? count : nil
    }
  }
}

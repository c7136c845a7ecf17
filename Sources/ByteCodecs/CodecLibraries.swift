internal import CBrotli
internal import CLZMA
internal import CZlib
internal import CZstd

/// The compression libraries that this process runs with.
public enum CodecLibraries {
  /// Their names and versions, as the loaded libraries tell them.
  public static var all: [(name: String, version: String)] {
    let brotli = BrotliDecoderVersion()
    return [
      ("zlib", unsafe String(cString: zlibVersion())),
      ("zstd", unsafe String(cString: ZSTD_versionString())),
      ("xz", unsafe String(cString: lzma_version_string())),
      // The three parts are packed as 8, 12 and 12 bits.
      ("brotli", "\(brotli >> 24).\(brotli >> 12 & 0xFFF).\(brotli & 0xFFF)"),
    ]
  }
}

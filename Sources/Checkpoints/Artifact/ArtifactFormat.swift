internal import Archives
public import Diagnostics
internal import EntropyCoding
internal import TensorCore

/// Birdie's own format: entropy-coded codes, scales and floats.
public enum ArtifactFormat: CheckpointFormat {
  /// `birdie`.
  public static let id = "birdie"
  /// The heading in lists of formats.
  public static let title = "Birdie artifact"
  /// The specification.
  public static let reference = "docs/formats/birdie.md"

  /// The first bytes, without the version after them.
  static let magic: [UInt8] = [0x89] + Array("BIRDIE".utf8)
  /// The version that is written.
  static let version: UInt8 = 1
  /// The last bytes.
  static let endMark = Array("BIRD".utf8)
  /// The directory's length, its checksum and the mark.
  static let trailerByteCount = 12

  /// Whether the file begins with the magic bytes.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    !input.isFolder && input.starts(with: magic)
  }

  /// Reads the directory; tensors are decoded when they are asked for. Throws B01 to B05 and B09.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let bytes = input.storage.bytes
    let size = bytes.byteCount
    try require(
      size > magic.count, ArtifactRules.truncated, "the file ends after \(size) bytes")
    let version = bytes.extracting(magic.count..<(magic.count + 1)).copied()[0]
    try require(
      version == Self.version, ArtifactRules.unknownVersion,
      "the file is of version \(version), this program reads version \(Self.version)")
    let header = magic.count + 1
    try require(
      size >= header + trailerByteCount && input.has(endMark, at: size - endMark.count),
      ArtifactRules.truncated, "the file does not end with BIRD")
    let trailer = bytes.extracting((size - trailerByteCount)..<size)
    let length = Int(LittleEndianWord.at(0, of: trailer))
    let stored = LittleEndianWord.at(4, of: trailer)
    try require(
      length <= size - header - trailerByteCount, ArtifactRules.truncated,
      "a directory of \(length) bytes in a file of \(size)")
    let start = size - trailerByteCount - length
    let directory = bytes.extracting(start..<(start + length))
    let computed = CRC32(of: directory).value
    if computed != stored {
      try audit.enforce(
        ArtifactRules.damagedDirectory,
        "CRC mismatch (stored \(hexadecimal(stored)), computed \(hexadecimal(computed)))")
    }
    guard let chunks = input.storage.slice(header..<start) else {
      throw Rejection(ArtifactRules.truncated, "the chunks are not whole")
    }
    let verifies = !audit.leniency.contains(ArtifactRules.wrongChecksum.id)
    if !verifies {
      audit.warn(ArtifactRules.wrongChecksum, "the checksums of tensors are not compared")
    }
    var reader = ArtifactDirectoryReader(
      directory.copied(), chunks: chunks, verifiesTensors: verifies)
    return try reader.checkpoint()
  }
}

/// Numbers of four bytes.
enum LittleEndianWord {
  /// The number at `offset`, which lies inside.
  static func at(_ offset: Int, of bytes: RawSpan) -> UInt32 {
    UInt32(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  static func bytes(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}

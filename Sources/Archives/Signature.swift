/// A kind of file and the bytes by which it is recognised.
struct Signature {
  let name: String
  let magic: [UInt8]
  var offset = 0

  /// The kinds that turn up where a checkpoint was expected; a longer magic stands before a
  /// shorter one that it begins with.
  static let all: [Signature] = [
    Signature(name: "an empty zip archive", magic: [0x50, 0x4B, 5, 6]),
    Signature(name: "one part of a split zip archive", magic: [0x50, 0x4B, 7, 8]),
    Signature(name: "a zip archive", magic: [0x50, 0x4B, 3, 4]),
    Signature(name: "a 7z archive", magic: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    Signature(name: "a RAR archive", magic: Array("Rar!".utf8) + [0x1A, 7]),
    Signature(name: "a gzip file", magic: [0x1F, 0x8B]),
    Signature(name: "an xz file", magic: [0xFD] + Array("7zXZ".utf8) + [0]),
    Signature(name: "a bzip2 file", magic: Array("BZh".utf8)),
    Signature(name: "a zstd file", magic: [0x28, 0xB5, 0x2F, 0xFD]),
    Signature(name: "an LZ4 file", magic: [0x04, 0x22, 0x4D, 0x18]),
    Signature(name: "an lrzip file", magic: Array("LRZI".utf8)),
    Signature(name: "a tar archive", magic: Array("ustar".utf8), offset: 257),
    Signature(name: "a GGUF model", magic: Array("GGUF".utf8)),
    Signature(name: "a NumPy array", magic: [0x93] + Array("NUMPY".utf8)),
    Signature(name: "an HDF5 file", magic: [0x89] + Array("HDF\r\n".utf8)),
    Signature(
      name: "a git-LFS pointer, not the file it stands for",
      magic: Array("version https://git-lfs".utf8)),
    Signature(name: "a PDF document", magic: Array("%PDF-".utf8)),
    Signature(name: "an ELF program", magic: [0x7F] + Array("ELF".utf8)),
    Signature(name: "a Windows program", magic: Array("MZ".utf8)),
    Signature(name: "a script", magic: Array("#!".utf8)),
    Signature(name: "a PNG image", magic: [0x89] + Array("PNG".utf8)),
    Signature(name: "a JPEG image", magic: [0xFF, 0xD8, 0xFF]),
    Signature(
      name: "zeros, as an unfinished download leaves them", magic: Array(repeating: 0, count: 32)),
  ]
}

/// Says what a file is by its first bytes, with an article: "a 7z archive", "an HTML page".
/// Give at least 512 bytes where the file has them. Nil when nothing known fits.
public func describeSignature(of prefix: RawSpan) -> String? {
  if prefix.isEmpty { return "an empty file" }
  if let known = Signature.all.first(where: { prefix.hasPrefix($0.magic, at: $0.offset) }) {
    return known.name
  }
  return describePickle(prefix) ?? describeSafetensors(prefix) ?? describeText(prefix)
}

private func describePickle(_ prefix: RawSpan) -> String? {
  guard prefix.holds(3, at: 0), prefix.byte(at: 0) == 0x80, (2...5).contains(prefix.byte(at: 1))
  else { return nil }
  let magicOfTorch: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20]
  return prefix.hasPrefix(magicOfTorch, at: 2)
    ? "a checkpoint in the format before torch 1.6" : "a Python pickle"
}

private func describeSafetensors(_ prefix: RawSpan) -> String? {
  guard prefix.holds(10, at: 0), prefix.uint64(at: 0) <= 100_000_000,
    prefix.hasPrefix(Array("{\"".utf8), at: 8)
  else { return nil }
  return "a safetensors file"
}

private func describeText(_ prefix: RawSpan) -> String? {
  let head = prefix.array(0..<min(prefix.byteCount, 256))
  let text = head.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  let lowercase = String(decoding: text.prefix(16), as: UTF8.self).lowercased()
  if lowercase.hasPrefix("<!doctype html") || lowercase.hasPrefix("<html") {
    return "an HTML page"
  }
  if lowercase.hasPrefix("<?xml") { return "an XML document" }
  if lowercase.hasPrefix("{") || lowercase.hasPrefix("[") { return "a JSON document" }
  return nil
}

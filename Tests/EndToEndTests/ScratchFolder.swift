import Glibc

/// A folder of its own for one test, removed with everything in it at the end.
final class ScratchFolder {
  private let root: String

  /// Makes an empty folder.
  init() throws {
    var template = Array("/tmp/birdie-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in names {
      unlink(path(name))
    }
    rmdir(root)
  }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { root + "/" + name }

  /// Writes a file and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = path(name)
    guard let stream = fopen(path, "wb") else { throw Failure(code: errno) }
    defer { fclose(stream) }
    guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw Failure(code: errno) }
    return path
  }

  /// The files in the folder, hidden ones too.
  var names: [String] {
    guard let directory = opendir(root) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The content of a file.
  static func bytes(_ path: String) throws -> [UInt8] {
    guard let stream = fopen(path, "rb") else { throw Failure(code: errno) }
    defer { fclose(stream) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
      content += buffer[..<count]
    }
    return content
  }

  struct Failure: Error { let code: Int32 }
}

/// The bytes of a safetensors file: 8 bytes of header length, the header, the payload.
func safetensors(_ header: String, payload: [Float]) -> [UInt8] {
  let text = Array(header.utf8)
  let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
  return length + text + payload.withUnsafeBytes { Array($0) }
}

/// Two tensors: `a` is 1, 2 and `b.weight` is the matrix 3 4, 5 6.
func twoTensors(second: Float = 2) -> [UInt8] {
  safetensors(
    #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}"#,
    payload: [1, second, 3, 4, 5, 6])
}

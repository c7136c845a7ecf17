import Glibc

/// A folder of its own for one test, removed at the end with the files in it and in its folders.
public final class TemporaryFolder {
  /// Its absolute path.
  public let root: String

  /// Makes an empty folder in `TMPDIR`, else in `/tmp`.
  public init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/birdie-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
    root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(root) }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    for name in names(in: path) { remove(path + "/" + name) }
    rmdir(path)
  }

  /// The path of a file in the folder.
  public func path(_ name: String) -> String { root + "/" + name }

  /// Writes a file and gives its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = path(name)
    guard let stream = fopen(path, "wb") else { throw Failure(code: errno) }
    defer { fclose(stream) }
    guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw Failure(code: errno) }
    return path
  }

  /// Makes a folder inside and gives its path.
  public func makeFolder(_ name: String) throws -> String {
    guard mkdir(path(name), 0o777) == 0 else { throw Failure(code: errno) }
    return path(name)
  }

  /// The content of a file.
  public func bytes(_ name: String) throws -> [UInt8] { try Self.bytes(of: path(name)) }

  /// The content of the file at a path.
  public static func bytes(of path: String) throws -> [UInt8] {
    guard let stream = fopen(path, "rb") else { throw Failure(code: errno) }
    defer { fclose(stream) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 {
      content += buffer[..<count]
    }
    return content
  }

  /// What is in the folder, hidden files too, sorted.
  public var names: [String] { Self.names(in: root) }

  /// What is in a folder inside.
  public func names(in name: String) -> [String] { Self.names(in: path(name)) }

  private static func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
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

  /// A file that could not be made or read.
  public struct Failure: Error {
    /// The system's number of the error.
    public let code: Int32
  }
}

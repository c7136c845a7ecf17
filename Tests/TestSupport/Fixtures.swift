import Glibc

/// The files under `Fixtures/`, found from this source file so that tests run from any folder.
public enum Fixtures {
  /// The absolute path of a fixture, named by its path below `Fixtures/`.
  public static func path(_ name: String) -> String {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/Fixtures/" + name
  }

  /// The whole content of a fixture.
  public static func bytes(_ name: String) throws -> [UInt8] {
    let path = path(name)
    guard let file = fopen(path, "rb") else { throw Missing(path: path) }
    defer { fclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      content += buffer[..<count]
    }
    return content
  }

  /// The names of the files in a folder of fixtures, sorted.
  public static func names(in folder: String) throws -> [String] {
    guard let directory = opendir(path(folder)) else { throw Missing(path: path(folder)) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// A fixture that a test names but the repository lacks.
  public struct Missing: Error {
    /// Where it was looked for.
    public let path: String
  }
}

internal import TestSupport

/// Several small files as one input: before each stands a line `=== NAME`, which no length has to
/// agree with, so that most mutations stay inside one file.
struct BundledFiles {
  /// The names and contents; a name that comes twice is written twice.
  private(set) var files: [(name: String, content: [UInt8])] = []

  private static let marker = Array("\n=== ".utf8)
  private static let maximumCount = 8

  /// Takes the bytes apart; what stands before the first name, or below one that could leave the
  /// folder, belongs to no file.
  init(_ bytes: [UInt8]) {
    let starts = Self.starts(in: bytes).prefix(Self.maximumCount)
    for (start, end) in zip(starts, starts.dropFirst() + [bytes.count]) {
      let section = bytes[(start + Self.marker.count)..<max(end, start + Self.marker.count)]
      guard let line = section.firstIndex(of: UInt8(ascii: "\n")) else { continue }
      let name = String(decoding: section[..<line], as: UTF8.self)
      guard Self.isPlain(name) else { continue }
      files.append((name, Array(section[(line + 1)...])))
    }
  }

  private static func starts(in bytes: [UInt8]) -> [Int] {
    bytes.indices.dropLast(marker.count - 1).filter { start in
      bytes[start] == marker[0] && bytes[start..<(start + marker.count)].elementsEqual(marker)
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    let count = name.utf8.count
    return 1...64 ~= count && name != "." && name != ".."
      && !name.utf8.contains { $0 == 0 || $0 == 0x2f }
  }

  /// Writes the files.
  func unpack(into folder: TemporaryFolder) throws {
    for file in files { try folder.write(file.name, file.content) }
  }
}

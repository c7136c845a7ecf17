internal import Hummingbird
internal import JSON
internal import TextCoding

/// The lines of a commit as they arrive: one JSON value each, of bounded length, one in memory at a
/// time.
struct CommitLines {
  /// A file that is sent inside a line is smaller than the 10 MiB from which on files are large
  /// ones; base64 makes four bytes of three.
  static let greatestLine = 16 << 20
  private static let greatestCount = 200_000

  private let body: RequestBody

  init(_ body: RequestBody) { self.body = body }

  /// Calls with every line; throws for lines that are too long or no JSON.
  func forEach(_ take: (JSONValue) async throws -> Void) async throws {
    var line: [UInt8] = []
    var count = 0
    func finish() async throws {
      defer { line.removeAll(keepingCapacity: true) }
      guard line.contains(where: { $0 > 0x20 }) else { return }
      count += 1
      guard count <= Self.greatestCount else {
        throw HubFailure.tooLarge("a commit has at most \(Self.greatestCount) steps")
      }
      try await take(try Call.json(line))
    }
    for try await buffer in body {
      var rest = buffer.readableBytesView[...]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line.append(contentsOf: rest[..<end])
        try await finish()
        rest = rest[(end + 1)...]
      }
      guard line.count + rest.count <= Self.greatestLine else {
        throw HubFailure.tooLarge("upload files of more than 10 MiB as large ones")
      }
      line.append(contentsOf: rest)
    }
    try await finish()
  }

  /// The bytes that base64 stands for.
  static func decoded(_ text: String) throws -> [UInt8] {
    guard let bytes = Base64.decode(text) else {
      throw HubFailure.badRequest("the content of a file is no base64")
    }
    return bytes
  }
}

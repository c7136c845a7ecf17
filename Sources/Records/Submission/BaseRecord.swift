internal import Diagnostics
internal import JSON

/// A record that another one builds on.
public struct BaseRecord: Sendable, Equatable {
  /// What the file says, such as `PR #1394 (@clarkkev)`.
  public let text: String
  /// The number of the pull request, where one is named.
  public let pullRequest: Int?
  /// The key that said it.
  public let key: String

  /// A pull request by its number.
  init(pullRequest: Int, key: String) {
    text = "PR #\(pullRequest)"
    self.pullRequest = pullRequest
    self.key = key
  }

  /// A sentence, which may name a pull request.
  init(text: String, key: String) {
    self.text = text
    self.key = key
    let mark = text.utf8.firstIndex(of: UInt8(ascii: "#")).map { text.utf8.index(after: $0) }
    pullRequest = mark.flatMap { start in
      let digits = text.utf8[start...].prefix { (0x30...0x39).contains($0) }
      return Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }
  }

  /// Reads what an index says of it.
  init(_ reader: StrictReader) throws(Rejection) {
    text = try reader.text("text")
    pullRequest = try reader.optionalCount("pull_request")
    key = try reader.text("key")
  }

  /// As JSON: `text`, `pull_request`, `key`.
  var json: JSONValue {
    .object([
      ("text", .string(text)),
      ("pull_request", pullRequest.map(JSONValue.integer) ?? .null), ("key", .string(key)),
    ])
  }
}

internal import Diagnostics
internal import JSON
internal import RecordFormats

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
    text = PullRequest.text(of: pullRequest)
    self.pullRequest = pullRequest
    self.key = key
  }

  /// A sentence, which may name a pull request.
  init(text: String, key: String) {
    self.text = text
    self.key = key
    pullRequest = PullRequest.number(inSentence: text)
  }

  /// Reads what an index says of it.
  init(_ reader: RecordReader) throws(Rejection) {
    text = try reader.text(.text)
    pullRequest = try reader.optionalCount(.pullRequest)
    key = try reader.text(.key)
  }

  /// As JSON: `text`, `pull_request`, `key`.
  var json: JSONValue {
    .record([
      (.text, .string(text)),
      (.pullRequest, pullRequest.map(JSONValue.integer) ?? .null), (.key, .string(key)),
    ])
  }
}

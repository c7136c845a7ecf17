internal import AsyncHTTPClient
internal import Diagnostics
internal import JSON
internal import NIOCore
internal import NIOHTTP1

/// A request to a Hub.
struct Exchange: Sendable {
  /// What is sent along.
  enum Payload: Sendable {
    case nothing
    case bytes([UInt8], type: String)
    /// A part of a file, read while it is sent.
    case file(String, Range<Int>)
  }

  var method: HTTPMethod = .GET
  /// The whole address.
  let address: String
  var headers: [(name: String, value: String)] = []
  var payload = Payload.nothing
  /// Whether the token goes with it: not to addresses that are permissions by themselves.
  var hasToken = true
  /// Whether it may be sent again when nobody knows what came of it.
  var isRepeatable = true
  /// Whether the answer may take minutes: commits of many files do.
  var isSlow = false

  init(_ method: HTTPMethod, _ address: String) {
    self.method = method
    self.address = address
  }

  /// A request that sends JSON.
  init(_ method: HTTPMethod, _ address: String, json: JSONValue, type: String = "application/json")
  {
    self.init(method, address)
    payload = .bytes(Array(json.text().utf8), type: type)
  }
}

extension HTTPClientResponse {
  /// The body as a whole; throws W04 for one of more bytes.
  func bytes(upTo byteCount: Int = 64 << 20) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await buffer in body {
      bytes.append(contentsOf: buffer.readableBytesView)
      guard bytes.count <= byteCount else {
        throw Rejection(WeightHubRules.answer, "more than \(byteCount) bytes")
      }
    }
    return bytes
  }
}

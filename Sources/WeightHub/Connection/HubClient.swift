internal import AsyncHTTPClient
internal import Diagnostics
internal import JSON
internal import NIOCore
internal import NIOHTTP1

/// Talks to a Hub: sends the token to nobody else, follows redirects, tries again what may pass.
public final class HubClient: Sendable {
  /// Where the Hub is and who asks.
  public let settings: HubSettings
  private let http: HTTPClient

  /// How often a request is tried, and how many redirects are followed.
  private static let tries = 6
  private static let redirects = 10

  /// A client with a pool of connections; `close` ends it.
  public init(_ settings: HubSettings) {
    self.settings = settings
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10), read: .seconds(60), write: .seconds(60)))
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
    configuration.httpVersion = .http1Only
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Ends the connections.
  public func close() async { try? await http.shutdown() }

  /// The address of a path of the Hub's.
  func address(_ path: String) -> String { settings.endpoint + path }

  /// What came of a request: an answer of status 2xx or one of `accepting`. Throws W01 to W07.
  func send(
    _ exchange: Exchange, accepting: Set<UInt> = []
  ) async throws(Rejection) -> HTTPClientResponse {
    var wait = 0.5
    for attempt in 1... {
      let isLast = attempt == Self.tries
      do throws(Rejection) {
        let response = try await followed(exchange)
        if response.status.code < 300 || accepting.contains(response.status.code) {
          return response
        }
        let pause = Self.pause(after: response, or: wait)
        guard let pause, !isLast else { throw await failure(response, of: exchange) }
        try await Self.sleep(pause)
      } catch {
        guard error.rule == WeightHubRules.unreachable, !isLast else { throw error }
        try await Self.sleep(wait)
      }
      wait = min(wait * 2, 16)
    }
    throw Rejection(WeightHubRules.unreachable, exchange.address)
  }

  /// The JSON that answers a request.
  func json(_ exchange: Exchange) async throws(Rejection) -> JSONValue {
    try await json(of: try await send(exchange), from: exchange.address)
  }

  /// The JSON of an answer.
  func json(
    of response: HTTPClientResponse, from address: String
  ) async throws(Rejection) -> JSONValue {
    let bytes: [UInt8]
    do { bytes = try await response.bytes() } catch {
      throw Self.unreachable(error, address)
    }
    return try Self.json(bytes, from: address)
  }

  // A span that lives in an asynchronous function breaks its stack (Swift 6.3).
  private static func json(
    _ bytes: [UInt8], from address: String
  ) throws(Rejection) -> JSONValue {
    do { return try JSONValue(parsing: bytes.span.bytes) } catch {
      throw Rejection(WeightHubRules.answer, "\(address): no JSON: \(error)")
    }
  }

  private func followed(_ exchange: Exchange) async throws(Rejection) -> HTTPClientResponse {
    var address = exchange.address
    for _ in 0...Self.redirects {
      let response = try await once(exchange, at: address)
      guard (301...308).contains(response.status.code), response.status != .notModified,
        let location = response.headers.first(name: "location")
      else { return response }
      guard exchange.method == .GET || exchange.method == .HEAD else { return response }
      address = location.hasPrefix("/") ? Exchange.origin(of: address) + location : location
      guard
        address.hasPrefix("https://") || Exchange.origin(of: exchange.address).hasPrefix("http:")
      else { throw Rejection(WeightHubRules.answer, "\(exchange.address) leads to \(address)") }
    }
    throw Rejection(WeightHubRules.answer, "\(exchange.address): too many redirects")
  }

  private func once(
    _ exchange: Exchange, at address: String
  ) async throws(Rejection) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: address)
    request.method = exchange.method
    request.headers.add(name: "User-Agent", value: "birdie; hf_hub/2.4.0")
    for header in exchange.headers { request.headers.add(name: header.name, value: header.value) }
    // Another host has no business with the token, wherever the Hub sends us.
    if let token = settings.token, exchange.hasToken,
      Exchange.origin(of: address) == Exchange.origin(of: settings.endpoint)
    {
      request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
    }
    switch exchange.payload {
    case .nothing: break
    case .bytes(let bytes, let type):
      request.headers.add(name: "Content-Type", value: type)
      request.body = .bytes(ByteBuffer(bytes: bytes))
    case .file(let path, let range):
      request.body = .stream(
        FilePart(path: path, range: range), length: .known(Int64(range.count)))
    }
    do { return try await http.execute(request, deadline: .now() + .hours(24)) } catch {
      throw Self.unreachable(error, address)
    }
  }

  /// What went wrong on the way.
  static func unreachable(_ error: any Error, _ address: String) -> Rejection {
    if let rejection = error as? Rejection { return rejection }
    // Addresses that are permissions by themselves are not shown as a whole.
    return Rejection(WeightHubRules.unreachable, "\(address.prefix { $0 != "?" }): \(error)")
  }

  /// How many seconds to wait before another try; nil where that would not help.
  private static func pause(after response: HTTPClientResponse, or wait: Double) -> Double? {
    let code = response.status.code
    guard code == 429 || code == 408 || code >= 500 && code != 501 && code != 507 else {
      return nil
    }
    if let after = response.headers.first(name: "retry-after").flatMap(Double.init) {
      return min(max(after, 0), 300)
    }
    // `"api";r=0;t=55`: nothing is left for 55 seconds.
    let limit = response.headers.first(name: "ratelimit")?.split(separator: ";")
    if code == 429, let rest = limit?.first(where: { $0.hasPrefix("t=") })?.dropFirst(2) {
      return Double(rest).map { min(max($0, 0), 300) } ?? wait
    }
    return wait
  }

  static func sleep(_ seconds: Double) async throws(Rejection) {
    do { try await Task.sleep(for: .seconds(seconds)) } catch {
      throw Rejection(WeightHubRules.unreachable, "interrupted")
    }
  }

  private func failure(_ response: HTTPClientResponse, of exchange: Exchange) async -> Rejection {
    let body = (try? await response.bytes(upTo: 1 << 20)) ?? []
    let json = try? Self.json(body, from: exchange.address)
    let said =
      response.headers.first(name: "x-error-message") ?? json?["error"]?.string
      ?? json?["message"]?.string ?? ""
    let code = response.headers.first(name: "x-error-code")
    let message =
      "\(exchange.address.prefix { $0 != "?" }): \(response.status.code)"
      + (said.isEmpty ? "" : " \(said.prefix(500))")
    let rule =
      switch (response.status.code, code) {
      case (401, "RepoNotFound"?), (404, _), (410, _): WeightHubRules.notFound
      case (401, _), (403, _): WeightHubRules.access
      case (412, _): WeightHubRules.stale
      case (408, _), (429, _), (500..., _): WeightHubRules.unreachable
      case (400..<500, _): WeightHubRules.refused
      default: WeightHubRules.answer
      }
    return Rejection(rule, message)
  }
}

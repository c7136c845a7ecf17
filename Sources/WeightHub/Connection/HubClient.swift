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
  /// The same for requests whose answers take long.
  private let patient: HTTPClient

  /// How often a request is tried, and how many redirects are followed.
  private static let mostTries = 6
  private static let redirects = 10

  /// A client with a pool of connections; `close` ends it.
  public init(_ settings: HubSettings) {
    self.settings = settings
    http = Self.http(waiting: .seconds(60))
    patient = Self.http(waiting: .minutes(10))
  }

  private static func http(waiting read: TimeAmount) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10), read: read, write: .seconds(60)))
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
    // Tries are counted here, and what does not pass is told at once.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Ends the connections.
  public func close() async {
    try? await http.shutdown()
    try? await patient.shutdown()
  }

  /// The address of a path of the Hub's.
  func address(_ path: String) -> String { settings.endpoint + path }

  /// What came of a request: an answer of status 2xx or one of `accepting`. Throws W01 to W07.
  func send(
    _ exchange: Exchange, accepting: Set<UInt> = []
  ) async throws(Rejection) -> HTTPClientResponse {
    var (tries, wait) = (0, 0.5)
    while true {
      tries += 1
      let isLast = tries == Self.mostTries
      let pause: Double
      do throws(TransportFailure) {
        let response = try await followed(exchange)
        if response.status.code < 300 || accepting.contains(response.status.code) {
          return response
        }
        let seconds = Self.pause(after: response, to: exchange, or: wait)
        guard let seconds, !isLast else {
          throw TransportFailure(await failure(response, of: exchange))
        }
        pause = seconds
      } catch {
        guard !isLast, Self.mayPass(error, exchange) else {
          throw Self.rejection(error, of: exchange)
        }
        pause = wait
      }
      try await Self.sleep(pause)
      wait = min(wait * 2, 16)
    }
  }

  private static func mayPass(_ failure: TransportFailure, _ exchange: Exchange) -> Bool {
    switch failure.prospect {
    case .hopeless: false
    case .unsent: true
    case .uncertain: exchange.isRepeatable
    }
  }

  private static func rejection(
    _ failure: TransportFailure, of exchange: Exchange
  ) -> Rejection {
    guard !exchange.isRepeatable, failure.prospect == .uncertain else { return failure.rejection }
    return Rejection(failure.rejection.rule, failure.rejection.message + Self.doubt)
  }

  private static let doubt = "; the Hub may have done it all the same: look before trying again"

  /// The JSON that answers a request. An answer that is cut off is asked for again where asking
  /// does nothing.
  func json(_ exchange: Exchange) async throws(Rejection) -> JSONValue {
    var cuts = 0
    while true {
      let response = try await send(exchange)
      let bytes: [UInt8]
      do { bytes = try await response.bytes() } catch {
        let failure = TransportFailure(error, at: exchange.address)
        cuts += 1
        guard exchange.method == .GET, cuts < 3, Self.mayPass(failure, exchange) else {
          throw failure.rejection
        }
        try await Self.sleep(0.5)
        continue
      }
      return try Self.json(bytes, from: exchange.address)
    }
  }

  /// The JSON of an answer.
  func json(
    of response: HTTPClientResponse, from address: String
  ) async throws(Rejection) -> JSONValue {
    let bytes: [UInt8]
    do { bytes = try await response.bytes() } catch {
      throw TransportFailure(error, at: address).rejection
    }
    return try Self.json(bytes, from: address)
  }

  // A span that lives in an asynchronous function breaks its stack (Swift 6.3), also one that was
  // inlined into it.
  @inline(never)
  private static func json(
    _ bytes: [UInt8], from address: String
  ) throws(Rejection) -> JSONValue {
    do { return try JSONValue(parsing: bytes.span.bytes) } catch {
      throw Rejection(WeightHubRules.answer, "\(address): no JSON: \(error)")
    }
  }

  private func followed(
    _ exchange: Exchange
  ) async throws(TransportFailure) -> HTTPClientResponse {
    var address = exchange.address
    for _ in 0...Self.redirects {
      let response = try await once(exchange, at: address)
      guard let location = response.headers.first(name: "location") else { return response }
      let next = Exchange.resolved(location, against: address)
      let isFollowed = Exchange.follows(
        response.status.code, when: exchange.intent, from: address, to: next)
      guard isFollowed else { return response }
      address = next
    }
    throw TransportFailure(
      Rejection(
        WeightHubRules.answer, "\(Exchange.shown(exchange.address)): too many redirects"))
  }

  private func once(
    _ exchange: Exchange, at address: String
  ) async throws(TransportFailure) -> HTTPClientResponse {
    guard Exchange.isAllowed(address, endpoint: settings.endpoint) else {
      throw TransportFailure(
        Rejection(
          WeightHubRules.answer,
          "\(Exchange.shown(exchange.address)) leads to \(Exchange.shown(address))"))
    }
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
    let http = exchange.isSlow ? patient : http
    do { return try await http.execute(request, deadline: .now() + .hours(24)) } catch {
      throw TransportFailure(error, at: address)
    }
  }

  /// How many seconds to wait before another try; nil where that would not help.
  private static func pause(
    after response: HTTPClientResponse, to exchange: Exchange, or wait: Double
  ) -> Double? {
    let code = response.status.code
    // Whoever says "too many" has done nothing; of the others nobody knows.
    let isServers = code == 408 || code >= 500 && code != 501 && code != 507
    guard code == 429 || isServers && exchange.isRepeatable else { return nil }
    if let after = response.headers.first(name: "retry-after").flatMap(Double.init) {
      return min(max(after, 0), 300)
    }
    // `"api";r=0;t=55`: nothing is left for 55 seconds.
    let limit = response.headers.first(name: "ratelimit")?.split { "; ".contains($0) }
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
      "\(Exchange.shown(exchange.address)): \(response.status.code)"
      + (said.isEmpty ? "" : " \(said.prefix(500))")
      + (response.status.code >= 500 && !exchange.isRepeatable ? Self.doubt : "")
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

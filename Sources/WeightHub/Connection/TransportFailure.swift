internal import AsyncHTTPClient
internal import Diagnostics
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// Why there is no answer, or only a part of one.
struct TransportFailure: Error {
  /// What another try would meet.
  enum Prospect {
    /// The same: a bad name, a bad certificate, something of this machine's.
    case hopeless
    /// Perhaps an answer, and the Hub has not seen the request.
    case unsent
    /// Perhaps an answer, and the Hub may have done what it was asked already.
    case uncertain
  }

  let rejection: Rejection
  let prospect: Prospect

  init(_ rejection: Rejection, _ prospect: Prospect = .hopeless) {
    self.rejection = rejection
    self.prospect = prospect
  }

  /// A body that ended before its end.
  init(endedEarly address: String) {
    self.init(
      Rejection(
        WeightHubRules.unreachable, "\(Exchange.shown(address)): the answer ended early"),
      .uncertain)
  }

  /// What an exchange with an address threw.
  init(_ error: any Error, at address: String) {
    if let failure = error as? TransportFailure {
      self = failure
    } else if let rejection = error as? Rejection {
      self.init(rejection)
    } else {
      self.init(
        Rejection(WeightHubRules.unreachable, "\(Exchange.shown(address)): \(error)"),
        Self.prospect(of: error))
    }
  }

  private static func prospect(of error: any Error) -> Prospect {
    switch error {
    case let error as HTTPClientError:
      if unsent.contains(error) { return .unsent }
      return uncertain.contains(error) ? .uncertain : .hopeless
    case let error as IOError:
      return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        ? .unsent : .uncertain
    case is ChannelError, is HTTPParserError: return .uncertain
    default: return hasTriedToConnect(error) ? .unsent : .hopeless
    }
  }

  private static let unsent: [HTTPClientError] = [
    .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
  ]
  private static let uncertain: [HTTPClientError] = [
    .readTimeout, .writeTimeout, .remoteConnectionClosed, .uncleanShutdown, .deadlineExceeded,
    .requestStreamCancelled,
  ]

  /// Whether a name led to a machine that refused. The error is of a module that is not imported
  /// for this one question, and a name that leads nowhere has no such attempts.
  private static func hasTriedToConnect(_ error: any Error) -> Bool {
    for child in Mirror(reflecting: error).children where child.label == "connectionErrors" {
      return !Mirror(reflecting: child.value).children.isEmpty
    }
    return false
  }
}

public import Diagnostics
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// Serves a Hub over HTTP until it is told to stop.
public struct HubServer: Sendable {
  private let hub: Hub
  private let policy: AccessPolicy
  /// The name or address that is listened on.
  public var host = "127.0.0.1"
  /// The port that is listened on; 0 for one that is free.
  public var port = 8080
  /// The address that clients are told, if it is another: that of a proxy in front.
  public var publicAddress: String?
  /// How much is told on standard error.
  public var verbosity = Verbosity.warning

  /// What is told from.
  public enum Verbosity: Sendable {
    /// What goes wrong.
    case warning
    /// Every request.
    case info
    /// What only those want who look for a mistake.
    case debug
  }

  /// Connections on which nothing happens for so long are closed, so that slow ones cannot take
  /// every place there is.
  private static let idleTimeout = TimeAmount.seconds(60)
  /// How long answers that are under way may go on after the server was told to stop.
  private static let grace = Duration.seconds(20)

  /// A server of a Hub.
  public init(_ hub: Hub, policy: AccessPolicy) {
    self.hub = hub
    self.policy = policy
  }

  private var level: Logger.Level {
    switch verbosity {
    case .warning: .warning
    case .info: .info
    case .debug: .debug
    }
  }

  /// Serves until SIGTERM or SIGINT, then ends what is under way. Calls `onReady` with the address
  /// once it listens; throws Y08.
  public func run(onReady: @escaping @Sendable (String) -> Void) async throws(Rejection) {
    guard !policy.isOpen || Loopback.isName(host) else {
      throw Rejection(
        WeightHubServerRules.address, "\(host) can be reached by others, and no token is asked for")
    }
    var logger = Logger(label: "birdie") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    let host = host
    let application = Application(
      responder: HubResponder(hub: hub, policy: policy, publicAddress: publicAddress),
      server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
      configuration: .init(address: .hostname(host, port: port), serverName: "birdie"),
      onServerRunning: { channel in
        let name = host.contains(":") ? "[\(host)]" : host
        onReady("http://\(name):\(channel.localAddress?.port ?? 0)")
      },
      logger: logger)
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: application)], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = Self.grace
    do { try await ServiceGroup(configuration: configuration).run() } catch {
      throw Rejection(WeightHubServerRules.address, "\(host):\(port): \(error)")
    }
  }
}

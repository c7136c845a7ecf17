import TestSupport
import Testing

@testable import WeightHubServer

/// A server of a new Hub on a port of this machine, for as long as some work takes.
enum RunningHub {
  /// Tokens of three users: two write, one may remove what is others', too.
  static let (ann, bob, root) = ("token-of-ann", "token-of-bob", "token-of-root")

  private static let tokens = "\(ann) ann write\n\(bob) bob write\n\(root) root admin\n"

  /// Runs work with a client of it. Strangers may read. A server that does not start is an error.
  static func serving(_ work: (Hub, RawClient) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("tokens", Array(tokens.utf8))
    let hub = try Hub(root: folder.path("hub"))
    var server = HubServer(
      hub, policy: try AccessPolicy(tokenFile: path, strangersMayRead: true))
    server.port = 0
    let (addresses, told) = AsyncStream<String>.makeStream()
    let running = server
    let task = Task {
      // Whoever waits for the address of a server that ended waits no longer.
      defer { told.finish() }
      try await running.run { told.yield($0) }
    }
    defer {
      task.cancel()
      withExtendedLifetime(folder) {}
    }
    var iterator = addresses.makeAsyncIterator()
    guard let address = await iterator.next() else {
      try await task.value
      throw RawClient.Failure()
    }
    let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
    try await work(hub, RawClient(port: port))
  }
}

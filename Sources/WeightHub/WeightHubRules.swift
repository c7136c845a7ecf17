public import Diagnostics

/// The rules of the Hub protocol as a client (W…).
public enum WeightHubRules {
  /// A server that cannot be reached.
  public static let unreachable = Rule(
    "W01", "the Hub cannot be reached",
    because: "The connection failed or timed out, or the server is overloaded.",
    remedy: "Check HF_ENDPOINT and the network, and try again.", status: .unavailable)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [unreachable]
}

import ArgumentParser
import Diagnostics
import Glibc
import WeightHub

/// Where the Hub is.
struct HubFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The Hub's address, instead of HF_ENDPOINT. The token is HF_TOKEN or a file's.",
      valueName: "url"))
  var endpoint: String?

  /// The settings of the environment and of the flag.
  func settings() throws(Rejection) -> HubSettings { try Self.settings(endpoint: endpoint) }

  /// The settings of the environment, but for the endpoint if it is given.
  static func settings(endpoint: String? = nil) throws(Rejection) -> HubSettings {
    var variables: [String: String] = [:]
    for name in names {
      variables[name] = Environment.value(name)
    }
    if let endpoint { variables["HF_ENDPOINT"] = endpoint }
    return try HubSettings(environment: variables)
  }

  private static let names = [
    "HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN",
    "HF_TOKEN_PATH", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_IMPLICIT_TOKEN",
  ]
}

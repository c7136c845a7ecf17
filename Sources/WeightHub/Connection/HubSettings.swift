public import Diagnostics
internal import Glibc

/// Where the Hub is, who asks, and where downloads are kept: what the Python client reads from the
/// same variables.
public struct HubSettings: Sendable {
  /// The Hub's address, without a slash at its end.
  public var endpoint: String
  /// What proves who asks; nil for nobody.
  public var token: HubToken?
  /// The folder of downloads, in the layout of huggingface_hub.
  public var cache: String
  /// Whether only the cache may be used.
  public var isOffline: Bool

  /// Settings that are given one by one.
  public init(endpoint: String, token: HubToken?, cache: String, isOffline: Bool = false) {
    self.endpoint = endpoint
    self.token = token
    self.cache = cache
    self.isOffline = isOffline
  }

  /// The settings of an environment: `HF_ENDPOINT`; `HF_TOKEN`, or the file of `HF_TOKEN_PATH` or
  /// `HF_HOME/token`; `HF_HUB_CACHE` or `HF_HOME/hub`; `HF_HUB_OFFLINE`. Throws W09 for an endpoint
  /// that is no address.
  public init(environment: [String: String]) throws(Rejection) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let user = value("HOME") ?? "."
    let home = value("HF_HOME") ?? "\(value("XDG_CACHE_HOME") ?? user + "/.cache")/huggingface"
    func expanded(_ path: String) -> String {
      path == "~" || path.hasPrefix("~/") ? user + path.dropFirst() : path
    }
    endpoint = value("HF_ENDPOINT") ?? "https://huggingface.co"
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    guard endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") else {
      throw Rejection(WeightHubRules.address, "HF_ENDPOINT is \(endpoint.debugDescription)")
    }
    cache = expanded(value("HF_HUB_CACHE") ?? home + "/hub")
    isOffline = ["1", "on", "yes", "true"].contains(value("HF_HUB_OFFLINE")?.lowercased())
    let noToken = ["1", "on", "yes", "true"].contains(
      value("HF_HUB_DISABLE_IMPLICIT_TOKEN")?.lowercased())
    let path = expanded(value("HF_TOKEN_PATH") ?? home + "/token")
    token = noToken ? nil : HubToken(value("HF_TOKEN") ?? SmallFile.text(path) ?? "")
  }
}

/// A token that is never printed.
public struct HubToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  let text: String

  /// The token of a text, without white space around it; nil for nothing, and for what cannot stand
  /// in a header.
  public init?(_ text: String) {
    let trimmed = text.split(whereSeparator: \.isWhitespace)
    guard trimmed.count == 1, trimmed[0].utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
      return nil
    }
    self.text = String(trimmed[0])
  }

  /// A word that stands for it.
  public var description: String { "token" }
  /// A word that stands for it.
  public var debugDescription: String { "token" }
}

internal import NIOHTTP1

/// The parts of addresses that decide who is asked and who is told the token (RFC 3986).
extension Exchange {
  /// Scheme, host and port of an address: what a token may be sent to.
  static func origin(of address: String) -> Substring {
    guard let start = address.firstRange(of: "://")?.upperBound else { return "" }
    return address[..<(address[start...].firstIndex { "/?#".contains($0) } ?? address.endIndex)]
  }

  /// An address without its query: some are permissions by themselves.
  static func shown(_ address: String) -> Substring { address.prefix { $0 != "?" } }

  /// Whether an address may be asked at all. A Hub names addresses, and it shall lead us neither
  /// to sockets of this machine nor, when it is asked by TLS itself, to anything without.
  static func isAllowed(_ address: String, endpoint: String) -> Bool {
    switch scheme(of: address) {
    case "https": true
    case "http": scheme(of: endpoint) == "http"
    default: false
    }
  }

  /// The scheme in small letters; nil for a relative reference.
  private static func scheme(of address: String) -> String? {
    guard let colon = address.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let scheme = address[..<colon]
    let isScheme = scheme.utf8.enumerated().allSatisfy { place, byte in
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || place > 0 && ((0x30...0x39).contains(byte) || "+-.".utf8.contains(byte))
    }
    return isScheme && !scheme.isEmpty ? scheme.lowercased() : nil
  }

  /// The address that a reference means in an answer of another address.
  static func resolved(_ reference: String, against base: String) -> String {
    let reference = String(reference.prefix { $0 != "#" })
    let origin = origin(of: base)
    if scheme(of: reference) != nil { return reference }
    if reference.hasPrefix("//") { return "\(scheme(of: base) ?? "https"):\(reference)" }
    if reference.hasPrefix("/") { return origin + withoutDots(reference) }
    let path = base.dropFirst(origin.count).prefix { $0 != "?" && $0 != "#" }
    if reference.isEmpty { return String(base.prefix { $0 != "#" }) }
    if reference.hasPrefix("?") { return "\(origin)\(path)\(reference)" }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return origin + withoutDots(folder + reference)
  }

  /// A path, and perhaps a query, without `.` and `..` among the parts.
  private static func withoutDots(_ target: String) -> String {
    let path = target.prefix { $0 != "?" }
    var parts: [Substring] = []
    let all = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for part in all where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    if [".", ".."].contains(all.last) { parts.append("") }
    return "/" + parts.joined(separator: "/") + target[path.endIndex...]
  }
}

extension Exchange {
  /// What a request is for.
  enum Intent { case reading, sending }

  /// What it is for.
  var intent: Intent { method == .GET || method == .HEAD ? .reading : .sending }

  /// Whether an answer that leads elsewhere is followed: for reading anywhere, for what sends
  /// something only where the Hub asks for the very same request and stays itself.
  static func follows(
    _ status: UInt, when intent: Intent, from address: String, to next: String
  ) -> Bool {
    switch status {
    case 301, 302, 303: intent == .reading
    case 307, 308: intent == .reading || origin(of: address) == origin(of: next)
    default: false
    }
  }
}

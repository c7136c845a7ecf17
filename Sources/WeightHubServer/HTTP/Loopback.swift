/// The names of this machine for itself.
enum Loopback {
  /// Whether a name or an address is this machine's own, and cannot be made another's.
  static func isName(_ name: some StringProtocol) -> Bool {
    if name == "localhost" || name == "::1" { return true }
    // A name may begin with 127 and lead anywhere.
    let octets = name.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127"
      && octets.allSatisfy { octet in
        (1...3).contains(octet.utf8.count) && octet.utf8.allSatisfy { (0x30...0x39).contains($0) }
          && UInt8(octet) != nil
      }
  }

  /// Whether a Host field, with or without a port, names this machine.
  static func isHost(_ host: String) -> Bool {
    guard host.hasPrefix("[") else { return isName(host.lowercased().prefix { $0 != ":" }) }
    let rest = host.dropFirst("[::1]".count)
    return host.hasPrefix("[::1]") && (rest.isEmpty || rest.hasPrefix(":"))
  }
}

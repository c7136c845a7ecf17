/// What makes the name of an archive's entry unsafe to use as a path, if anything does.
struct EntryName {
  /// The name, when the bytes are acceptable.
  let text: String
  /// Whether it names a folder: it ends in a slash.
  var isFolder: Bool { text.utf8.last == UInt8(ascii: "/") }

  /// Why a name was not acceptable, with the name in a form that is safe to print.
  struct Objection: Error { let message: String }

  /// Checks the bytes of a name as they stand in the archive.
  init(_ bytes: [UInt8], maximumByteCount: Int) throws(Objection) {
    guard !bytes.isEmpty else { throw Objection(message: "an entry has no name") }
    guard bytes.count <= maximumByteCount else {
      throw Objection(
        message: "a name of \(bytes.count) bytes; at most \(maximumByteCount) are allowed")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Objection(message: "the name \(Self.printable(bytes)) is not valid UTF-8")
    }
    self.text = text
    if let fault = Self.fault(in: text) {
      throw Objection(message: "the name \(Self.printable(bytes)) \(fault)")
    }
  }

  private static func fault(in name: String) -> String? {
    for scalar in name.unicodeScalars {
      if scalar == "\\" { return "has a backslash" }
      if isControl(scalar) { return "has a control character" }
      if isDirectionOverride(scalar) { return "has a character that reorders text" }
    }
    let utf8 = name.utf8
    if utf8.first == UInt8(ascii: "/") { return "is an absolute path" }
    if hasDriveLetter(utf8) { return "begins with a drive letter" }
    var parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    if parts.contains("..") { return "climbs out of its folder" }
    if parts.contains(".") || parts.contains("") { return "is not in its simplest form" }
    return nil
  }

  /// Unicode's category Cc, which is these two ranges for good.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
  }

  private static func hasDriveLetter(_ utf8: String.UTF8View) -> Bool {
    guard let first = utf8.first, utf8.dropFirst().first == UInt8(ascii: ":") else { return false }
    return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20)
  }

  private static func isDirectionOverride(_ scalar: Unicode.Scalar) -> Bool {
    (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }

  /// The beginning of a hostile name, quoted, with everything but plain ASCII escaped.
  static func printable(_ bytes: [UInt8]) -> String {
    let start = String(decoding: bytes.prefix(80), as: UTF8.self)
    let escaped = start.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
    return "\"" + escaped + (bytes.count > 80 ? "…\"" : "\"")
  }
}

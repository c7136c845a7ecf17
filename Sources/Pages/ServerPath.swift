/// A path of the server that a page comes from. Every part is encoded when it is written: whatever
/// stands in one, the path leads nowhere else.
public struct ServerPath: Sendable, Equatable {
  private let parts: [String]
  private let query: [Pair]
  private let fragment: String

  private struct Pair: Sendable, Equatable {
    let name: String
    let value: String
  }

  /// A path of parts, of which none is split; a query of the values that there are; and the element
  /// of the page that it leads to.
  public init(
    _ parts: [String], query: KeyValuePairs<String, String?> = [:], fragment: String = ""
  ) {
    self.parts = parts
    self.query = query.compactMap { name, value in value.map { Pair(name: name, value: $0) } }
    self.fragment = fragment
  }

  /// The path with another value in its query, or without one.
  public func with(_ name: String, _ value: String?) -> ServerPath {
    var copy = query.filter { $0.name != name }
    if let value { copy.append(Pair(name: name, value: value)) }
    return ServerPath(parts, copy, fragment)
  }

  private init(_ parts: [String], _ query: [Pair], _ fragment: String) {
    (self.parts, self.query, self.fragment) = (parts, query, fragment)
  }

  /// As it stands in an address.
  public var text: String {
    // Browsers take parts of dots away, encoded or not: nothing is left of them here either.
    let kept = parts.filter { !$0.isEmpty && $0 != "." && $0 != ".." }
    let pairs = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
    return "/" + kept.map(Self.encoded).joined(separator: "/")
      + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
      + (fragment.isEmpty ? "" : "#" + Self.encoded(fragment))
  }

  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

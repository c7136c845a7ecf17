internal import TextCoding

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
    let pairs = query.map {
      "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
    }
    return "/" + kept.map { PercentEncoding.encode($0) }.joined(separator: "/")
      + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
      + (fragment.isEmpty ? "" : "#" + PercentEncoding.encode(fragment))
  }
}

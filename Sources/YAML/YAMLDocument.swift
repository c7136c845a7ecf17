internal import CYAML
public import Diagnostics
internal import Files
public import JSON

/// A YAML file as JSON: recipes and cards have no need of what YAML has beyond it.
///
/// Parsed by libyaml into events. References stand for copies, of which there is a limit, since a
/// few bytes of them can stand for any number of values; `<<` merges mappings (YAML 1.1).
public struct YAMLDocument: Sendable {
  /// The content, with the lines that it stands on.
  public let root: YAMLNode

  /// The content.
  public var json: JSONValue { root.json }

  /// Larger files are neither.
  private static let mostBytes = 1 << 20

  private init(_ root: YAMLNode) { self.root = root }

  /// Reads a file; throws F01, and the rule where it is no YAML, has several documents or keys
  /// twice.
  public init(path: String, under rule: Rule) throws(Rejection) {
    let documents = try Self.all(path: path, under: rule)
    self = try locating(Place(file: path)) { () throws(Rejection) in
      try Self.only(documents, under: rule)
    }
  }

  /// Reads a text; throws the rule.
  public init(_ text: String, under rule: Rule) throws(Rejection) {
    self = try Self.only(Self.all(text, under: rule), under: rule)
  }

  /// Reads bytes in UTF-8, or UTF-16 with a byte-order mark; throws the rule.
  public init(parsing bytes: RawSpan, under rule: Rule) throws(Rejection) {
    self = try Self.only(Self.all(parsing: bytes, under: rule), under: rule)
  }

  /// Reads every document of a file; throws F01, and the rule.
  public static func all(path: String, under rule: Rule) throws(Rejection) -> [YAMLDocument] {
    let file = try FileMapping(path: path)
    do throws(Rejection) {
      return try all(parsing: file.bytes, under: rule)
    } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// Reads every document of a text; throws the rule.
  public static func all(_ text: String, under rule: Rule) throws(Rejection) -> [YAMLDocument] {
    let bytes = Array(text.utf8)
    return try all(parsing: bytes.span.bytes, under: rule)
  }

  private static func only(
    _ documents: [YAMLDocument], under rule: Rule
  ) throws(Rejection) -> YAMLDocument {
    guard documents.count < 2 else {
      throw Rejection(rule, "line \(documents[1].root.line): there is more than one document")
    }
    return documents.first ?? YAMLDocument(YAMLNode(line: 1, content: .scalar("", isPlain: true)))
  }

  private static func all(
    parsing bytes: RawSpan, under rule: Rule
  ) throws(Rejection) -> [YAMLDocument] {
    guard bytes.byteCount <= Self.mostBytes else {
      throw Rejection(rule, "it is larger than a megabyte")
    }
    let result = bytes.withUnsafeBytes { bytes -> Result<[YAMLNode], Rejection> in
      do throws(Rejection) {
        var reader = try YAMLReader(bytes, rule)
        defer { reader.close() }
        return .success(try reader.documents())
      } catch {
        return .failure(error)
      }
    }
    return try result.get().map(YAMLDocument.init)
  }
}

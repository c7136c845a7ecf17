internal import CYAML
public import Diagnostics
internal import Files
public import JSON

/// A YAML file as JSON: recipes and cards have no need of what YAML has beyond it.
///
/// Parsed by libyaml into events. References are refused, since a few bytes of them can stand for
/// any number of values.
public struct YAMLDocument: Sendable {
  /// The content.
  public let json: JSONValue

  /// Larger files are neither.
  private static let mostBytes = 1 << 20

  /// Reads a file; throws F01, and the rule where it is no YAML or has keys twice.
  public init(path: String, under rule: Rule) throws(Rejection) {
    let file = try FileMapping(path: path)
    do throws(Rejection) {
      try self.init(parsing: file.bytes, under: rule)
    } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// Reads a text; throws the rule.
  public init(_ text: String, under rule: Rule) throws(Rejection) {
    let bytes = Array(text.utf8)
    try self.init(parsing: bytes.span.bytes, under: rule)
  }

  /// Reads bytes in UTF-8, or UTF-16 with a byte-order mark; throws the rule.
  public init(parsing bytes: RawSpan, under rule: Rule) throws(Rejection) {
    guard bytes.byteCount <= Self.mostBytes else {
      throw Rejection(rule, "it is larger than a megabyte")
    }
    let result = bytes.withUnsafeBytes { bytes -> Result<JSONValue, Rejection> in
      do throws(Rejection) {
        var reader = try YAMLReader(bytes, rule)
        defer { reader.close() }
        return .success(try reader.document())
      } catch {
        return .failure(error)
      }
    }
    json = try result.get()
  }
}

/// Turns libyaml's events into values.
private struct YAMLReader {
  /// Deeper documents than this are nobody's.
  private static let mostDepth = 64
  private let rule: Rule
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Begins to read bytes that stay where they are.
  init(_ bytes: UnsafeRawBufferPointer, _ rule: Rule) throws(Rejection) {
    self.rule = rule
    guard !bytes.isEmpty else {
      throw Rejection(rule, "it is empty")
    }
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw Rejection(rule, "there is no memory to read it")
    }
    yaml_parser_set_input_string(
      parser, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The only document; null where there is none.
  mutating func document() throws(Rejection) -> JSONValue {
    try expect(YAML_STREAM_START_EVENT)
    guard case let (kind, _, line) = try next(), kind == YAML_DOCUMENT_START_EVENT else {
      return .null
    }
    _ = line
    let value = try value(try next(), depth: 0)
    try expect(YAML_DOCUMENT_END_EVENT)
    try expect(YAML_STREAM_END_EVENT)
    return value
  }

  /// What an event is, its scalar, and the line that it stands on.
  private typealias Event = (
    kind: yaml_event_type_t, scalar: (text: String, isPlain: Bool), line: Int
  )

  private mutating func next() throws(Rejection) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is no YAML"
      throw Rejection(
        rule, "line \(parser.pointee.problem_mark.line + 1): \(problem)")
    }
    defer { yaml_event_delete(&event) }
    let line = Int(event.start_mark.line) + 1
    guard event.type == YAML_SCALAR_EVENT else { return (event.type, ("", false), line) }
    let scalar = event.data.scalar
    let bytes = UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Rejection(rule, "line \(line): no UTF-8")
    }
    return (event.type, (text, scalar.style == YAML_PLAIN_SCALAR_STYLE), line)
  }

  private mutating func expect(_ kind: yaml_event_type_t) throws(Rejection) {
    let event = try next()
    guard event.kind == kind else {
      throw Rejection(rule, "line \(event.line): there is more than one document")
    }
  }

  private mutating func value(_ event: Event, depth: Int) throws(Rejection) -> JSONValue {
    guard depth < Self.mostDepth else {
      throw Rejection(rule, "line \(event.line): nested too deeply")
    }
    switch event.kind {
    case YAML_SCALAR_EVENT:
      return event.scalar.isPlain ? Self.plain(event.scalar.text) : .string(event.scalar.text)
    case YAML_SEQUENCE_START_EVENT:
      var elements: [JSONValue] = []
      while case let element = try next(), element.kind != YAML_SEQUENCE_END_EVENT {
        elements.append(try value(element, depth: depth + 1))
      }
      return .array(elements)
    case YAML_MAPPING_START_EVENT: return .object(try members(depth: depth + 1))
    default:
      throw Rejection(
        rule, "line \(event.line): references have no place here")
    }
  }

  private mutating func members(
    depth: Int
  ) throws(Rejection) -> [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = []
    var keys: Set<String> = []
    while case let key = try next(), key.kind != YAML_MAPPING_END_EVENT {
      guard key.kind == YAML_SCALAR_EVENT else {
        throw Rejection(rule, "line \(key.line): a key is no text")
      }
      guard keys.insert(key.scalar.text).inserted else {
        throw Rejection(
          rule, "line \(key.line): \(key.scalar.text) stands twice")
      }
      members.append((key.scalar.text, try value(try next(), depth: depth)))
    }
    return members
  }

  /// A scalar without quotes, by the rules of YAML 1.2's core schema.
  private static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let integer = Int(text) { return .integer(integer) }
    let isNumber = text.first.map { $0.isNumber || "+-.".contains($0) } ?? false
    if isNumber, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }
}

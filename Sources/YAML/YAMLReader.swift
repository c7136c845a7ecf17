internal import CYAML
internal import Diagnostics

/// Turns libyaml's events into nodes.
struct YAMLReader {
  /// Deeper documents than this are nobody's.
  private static let mostDepth = 64
  private let rule: Rule
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Begins to read bytes that stay where they are.
  init(_ bytes: UnsafeRawBufferPointer, _ rule: Rule) throws(Rejection) {
    self.rule = rule
    guard !bytes.isEmpty else {
      throw Rejection(rule, "line 1: it is empty")
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

  /// Every document there is.
  mutating func documents() throws(Rejection) -> [YAMLNode] {
    try expect(YAML_STREAM_START_EVENT)
    var documents: [YAMLNode] = []
    while case let event = try next(), event.kind == YAML_DOCUMENT_START_EVENT {
      documents.append(try node(try next(), depth: 0))
      try expect(YAML_DOCUMENT_END_EVENT)
    }
    return documents
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
      throw Rejection(rule, "line \(event.line): it does not end as a document does")
    }
  }

  private mutating func node(_ event: Event, depth: Int) throws(Rejection) -> YAMLNode {
    guard depth < Self.mostDepth else {
      throw Rejection(rule, "line \(event.line): nested too deeply")
    }
    switch event.kind {
    case YAML_SCALAR_EVENT:
      return YAMLNode(
        line: event.line, content: .scalar(event.scalar.text, isPlain: event.scalar.isPlain))
    case YAML_SEQUENCE_START_EVENT:
      var elements: [YAMLNode] = []
      while case let element = try next(), element.kind != YAML_SEQUENCE_END_EVENT {
        elements.append(try node(element, depth: depth + 1))
      }
      return YAMLNode(line: event.line, content: .list(elements))
    case YAML_MAPPING_START_EVENT:
      return YAMLNode(line: event.line, content: .map(try members(depth: depth + 1)))
    default:
      throw Rejection(
        rule, "line \(event.line): references have no place here")
    }
  }

  private mutating func members(depth: Int) throws(Rejection) -> [YAMLNode.Member] {
    var members: [YAMLNode.Member] = []
    var keys: Set<ExactText> = []
    while case let key = try next(), key.kind != YAML_MAPPING_END_EVENT {
      guard key.kind == YAML_SCALAR_EVENT else {
        throw Rejection(rule, "line \(key.line): a key is no text")
      }
      guard keys.insert(ExactText(key.scalar.text)).inserted else {
        throw Rejection(
          rule, "line \(key.line): \(key.scalar.text) stands twice")
      }
      members.append(
        .init(key: key.scalar.text, line: key.line, value: try node(try next(), depth: depth)))
    }
    return members
  }
}

internal import CYAML
internal import Diagnostics

/// Turns libyaml's events into nodes.
struct YAMLReader {
  /// Deeper documents than this are nobody's.
  private static let mostDepth = 64
  /// More values than these references together stand for in nobody's.
  private static let mostCopies = 100_000
  private let rule: Rule
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// What has a name in the document so far.
  private var anchors: [String: YAMLNode] = [:]
  private var copyCount = 0

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
      anchors = [:]
      documents.append(try node(try next(), depth: 0))
      try expect(YAML_DOCUMENT_END_EVENT)
    }
    return documents
  }

  /// What an event is, its scalar, the name that it gives or refers to, and the line that it stands
  /// on.
  private typealias Event = (
    kind: yaml_event_type_t, scalar: (text: String, isPlain: Bool), anchor: String?, line: Int
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
    let anchor = Self.anchor(event).map { String(cString: $0) }
    guard event.type == YAML_SCALAR_EVENT else {
      return (event.type, ("", false), anchor, line)
    }
    let scalar = event.data.scalar
    let bytes = UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Rejection(rule, "line \(line): no UTF-8")
    }
    return (event.type, (text, scalar.style == YAML_PLAIN_SCALAR_STYLE), anchor, line)
  }

  private static func anchor(_ event: yaml_event_t) -> UnsafeMutablePointer<yaml_char_t>? {
    switch event.type {
    case YAML_ALIAS_EVENT: event.data.alias.anchor
    case YAML_SCALAR_EVENT: event.data.scalar.anchor
    case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor
    case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor
    default: nil
    }
  }

  private mutating func expect(_ kind: yaml_event_type_t) throws(Rejection) {
    let event = try next()
    guard event.kind == kind else {
      throw Rejection(rule, "line \(event.line): it does not end as a document does")
    }
  }

  private mutating func node(_ event: Event, depth: Int) throws(Rejection) -> YAMLNode {
    if event.kind == YAML_ALIAS_EVENT { return try copy(event, depth: depth) }
    let node = try ownNode(event, depth: depth)
    // Whole only now: nothing is a part of itself.
    if let anchor = event.anchor { anchors[anchor] = node }
    return node
  }

  /// What a reference stands for.
  private mutating func copy(_ event: Event, depth: Int) throws(Rejection) -> YAMLNode {
    let name = event.anchor ?? ""
    guard let node = anchors[name] else {
      throw Rejection(rule, "line \(event.line): nothing before it is called \(name)")
    }
    let size = node.size
    guard depth + size.depth <= Self.mostDepth else {
      throw Rejection(rule, "line \(event.line): nested too deeply")
    }
    copyCount += size.count
    guard copyCount <= Self.mostCopies else {
      throw Rejection(
        rule, "line \(event.line): references stand for more than \(Self.mostCopies) values")
    }
    return YAMLNode(line: event.line, content: node.content)
  }

  private mutating func ownNode(_ event: Event, depth: Int) throws(Rejection) -> YAMLNode {
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
      throw Rejection(rule, "line \(event.line): a value is missing")
    }
  }

  private mutating func members(depth: Int) throws(Rejection) -> [YAMLNode.Member] {
    var members: [YAMLNode.Member] = []
    var merged: [YAMLNode.Member] = []
    var keys: Set<ExactText> = []
    while case let key = try next(), key.kind != YAML_MAPPING_END_EVENT {
      guard key.kind == YAML_SCALAR_EVENT else {
        throw Rejection(rule, "line \(key.line): a key is no text")
      }
      guard keys.insert(ExactText(key.scalar.text)).inserted else {
        throw Rejection(
          rule, "line \(key.line): \(key.scalar.text) stands twice")
      }
      let value = try node(try next(), depth: depth)
      if key.scalar.isPlain, key.scalar.text == "<<" {
        merged = try self.merged(value)
      } else {
        members.append(.init(key: key.scalar.text, line: key.line, value: value))
      }
    }
    // A mapping's own keys come before those that it takes over.
    return members + merged.filter { keys.insert(ExactText($0.key)).inserted }
  }

  /// The members of a mapping, or of several, of which the first that has a key counts.
  private func merged(_ node: YAMLNode) throws(Rejection) -> [YAMLNode.Member] {
    let mappings = (node.elements ?? [node]).map(\.members)
    guard mappings.allSatisfy({ $0 != nil }) else {
      throw Rejection(rule, "line \(node.line): << merges mappings, and this is none")
    }
    return mappings.compactMap(\.self).flatMap(\.self)
  }
}

extension YAMLNode {
  /// How many values it has, itself included, and how deep they are nested.
  fileprivate var size: (count: Int, depth: Int) {
    let parts = elements ?? members?.map(\.value) ?? []
    return parts.map(\.size).reduce(into: (count: 1, depth: 1)) { sum, part in
      sum.count += part.count
      sum.depth = max(sum.depth, part.depth + 1)
    }
  }
}

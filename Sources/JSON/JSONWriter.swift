/// Writes JSON the way serde_json does: non-ASCII text raw, only what must be escaped escaped.
public struct JSONWriter: Sendable {
  /// How a document is laid out.
  public enum Style: Sendable {
    /// No white space at all.
    case compact
    /// One member or element a line, indented by two spaces a level.
    case pretty
  }

  /// What was written so far, as UTF-8.
  public private(set) var bytes: [UInt8] = []
  private let style: Style
  private var depth = 0

  /// A writer that has written nothing.
  public init(style: Style = .compact) { self.style = style }

  /// Appends a value. Doubles are written so that they read back the same; NaN and infinities,
  /// which JSON lacks, become `null`.
  public mutating func write(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let value): raw(value ? "true" : "false")
    case .integer(let value): raw(String(value))
    case .unsigned(let value): raw(String(value))
    case .number(let value): raw(value.isFinite ? value.description : "null")
    case .string(let text): string(text)
    case .array(let elements):
      list("[", "]", elements) { writer, element in writer.write(element) }
    case .object(let members):
      list("{", "}", members) { writer, member in
        writer.string(member.key)
        writer.raw(writer.style == .compact ? ":" : ": ")
        writer.write(member.value)
      }
    }
  }

  /// Appends text as it is: punctuation for those who write a document piece by piece.
  public mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends a string in quotes.
  public mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let needsEscape = text.utf8.contains { byte in
      byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
    if needsEscape {
      for byte in text.utf8 { escaped(byte) }
    } else {
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0a: raw("\\n")
    case 0x0c: raw("\\f")
    case 0x0d: raw("\\r")
    case 0..<0x20:
      raw(byte < 0x10 ? "\\u000" : "\\u00")
      raw(String(byte, radix: 16))
    default: bytes.append(byte)
    }
  }

  private mutating func list<Item>(
    _ open: String, _ close: String, _ items: [Item], _ body: (inout JSONWriter, Item) -> Void
  ) {
    raw(open)
    depth += 1
    var isFirst = true
    for item in items {
      if !isFirst { raw(",") }
      isFirst = false
      newLine()
      body(&self, item)
    }
    depth -= 1
    if !items.isEmpty { newLine() }
    raw(close)
  }

  private mutating func newLine() {
    guard style == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }
}

extension JSONValue: CustomStringConvertible {
  /// The document as UTF-8, without a newline at its end.
  public func encoded(_ style: JSONWriter.Style = .compact) -> [UInt8] {
    var writer = JSONWriter(style: style)
    writer.write(self)
    return writer.bytes
  }

  /// The document as text.
  public func text(_ style: JSONWriter.Style = .compact) -> String {
    String(decoding: encoded(style), as: UTF8.self)
  }

  /// The document on one line.
  public var description: String { text() }
}

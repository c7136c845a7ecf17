internal import Diagnostics

/// A piece of a page. Text and attributes are escaped when it is written: no name, whoever chose
/// it, can become anything but text.
public indirect enum Markup: Sendable {
  /// An element, its attributes and what is in it.
  case element(Tag, [Attribute], [Markup])
  /// Text.
  case text(String)
  /// What the program itself brings along, such as its style sheet.
  case verbatim(StaticString)

  /// The piece as HTML.
  public var html: String {
    var html = ""
    write(to: &html)
    return html
  }

  func write(to html: inout String) {
    switch self {
    case .text(let text): html += Self.escaped(text)
    case .verbatim(let text): html += text.description
    case .element(let tag, let attributes, let content):
      html += "<" + tag.rawValue
      for attribute in attributes {
        html += " \(attribute.name.rawValue)=\"\(Self.escaped(attribute.value))\""
      }
      html += ">"
      guard !tag.isVoid else { return }
      for piece in content { piece.write(to: &html) }
      html += "</" + tag.rawValue + ">"
      if tag.isBlock { html += "\n" }
    }
  }

  /// The text with every sign that HTML gives a meaning to as a reference, and every one that is
  /// not seen as its number.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.printable.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Tag {
  /// Whether a line ends behind it, for whoever reads the source.
  fileprivate var isBlock: Bool {
    switch self {
    case .a, .span, .strong, .em, .small, .code, .text, .label, .input, .option, .button, .th, .td,
      .dt, .dd, .title:
      false
    default: true
    }
  }
}

extension Markup: ExpressibleByStringInterpolation {
  /// Text.
  public init(stringLiteral value: String) { self = .text(value) }
}

/// Collects the content of an element.
@resultBuilder
public enum MarkupBuilder {
  /// A piece.
  public static func buildExpression(_ piece: Markup) -> [Markup] { [piece] }
  /// Pieces.
  public static func buildExpression(_ pieces: [Markup]) -> [Markup] { pieces }
  /// Text.
  public static func buildExpression(_ text: String) -> [Markup] { [.text(text)] }
  /// One after the other.
  public static func buildBlock(_ pieces: [Markup]...) -> [Markup] { pieces.flatMap(\.self) }
  /// What there may be.
  public static func buildOptional(_ pieces: [Markup]?) -> [Markup] { pieces ?? [] }
  /// One of two.
  public static func buildEither(first pieces: [Markup]) -> [Markup] { pieces }
  /// The other.
  public static func buildEither(second pieces: [Markup]) -> [Markup] { pieces }
  /// One for each.
  public static func buildArray(_ pieces: [[Markup]]) -> [Markup] { pieces.flatMap(\.self) }
}

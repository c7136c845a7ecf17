/// The elements that pages are made of; nothing else can be written.
public enum Tag: String, Sendable {
  case html, head, meta, title, style, body
  case header, main, nav, section, footer, figure, figcaption
  case h1, h2, h3, h4, p, a, span, strong, em, small, code, pre
  case ul, ol, li, dl, dt, dd, div
  case form, label, input, select, option, button
  case table, caption, thead, tbody, tr, th, td
  case svg, g, rect, line, path, circle, text

  /// Whether it has no content and no end.
  var isVoid: Bool { self == .meta || self == .input }

  /// An element with attributes and content.
  public func callAsFunction(
    _ attributes: Attribute..., @MarkupBuilder content: () -> [Markup] = { [] }
  ) -> Markup {
    .element(self, attributes, content())
  }

  /// An element with a list of attributes, and content.
  public func callAsFunction(
    _ attributes: [Attribute], @MarkupBuilder content: () -> [Markup] = { [] }
  ) -> Markup {
    .element(self, attributes, content())
  }
}

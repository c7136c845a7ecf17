/// A whole page in one file: it needs nothing from elsewhere, and has its browser load nothing.
public struct Page: Sendable {
  private let title: String
  private let style: StaticString
  private let body: [Markup]

  /// A page with a style sheet.
  public init(title: String, style: StaticString, @MarkupBuilder body: () -> [Markup]) {
    self.title = title
    self.style = style
    self.body = body()
  }

  /// No script, no font, no picture: only the styles inside.
  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    + "form-action 'none'"

  /// The file's content.
  public var html: String {
    let page = Tag.html(.language("en")) {
      Tag.head {
        Tag.meta(.utf8)
        Tag.meta(Attribute.rule("Content-Security-Policy", Self.policy))
        Tag.meta(Attribute.meta("viewport", "width=device-width, initial-scale=1"))
        Tag.meta(Attribute.meta("color-scheme", "light dark"))
        Tag.title { title }
        Tag.style { Markup.verbatim(style) }
      }
      Tag.body { body }
    }
    return "<!DOCTYPE html>\n" + page.html
  }
}

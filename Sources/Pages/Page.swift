/// A whole page in one file: it needs nothing from elsewhere, and has its browser load nothing.
public struct Page: Sendable {
  /// Where its forms may send what is entered.
  public enum Forms: String, Sendable {
    /// Nowhere: it has none.
    case none = "'none'"
    /// To the server that it came from.
    case own = "'self'"
  }

  private let title: String
  private let style: StaticString
  private let forms: Forms
  private let body: [Markup]

  /// A page with a style sheet.
  public init(
    title: String, style: StaticString, forms: Forms = .none,
    @MarkupBuilder body: () -> [Markup]
  ) {
    self.title = title
    self.style = style
    self.forms = forms
    self.body = body()
  }

  /// No script, no font, no picture: only the styles inside.
  public var policy: String {
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
      + "form-action \(forms.rawValue)"
  }

  /// The file's content.
  public var html: String {
    let page = Tag.html(.language("en")) {
      Tag.head {
        Tag.meta(.utf8)
        Tag.meta(Attribute.rule("Content-Security-Policy", policy))
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

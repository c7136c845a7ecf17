/// An attribute of an element. No value can run anything: links lead to places of the same page, to
/// paths of the same server, or to addresses of the web.
public struct Attribute: Sendable {
  /// The names that are written.
  public enum Name: String, Sendable {
    case `class`, id, lang, role, scope, href, name, content, charset, colspan
    case label = "aria-label"
    case hidden = "aria-hidden"
    case tabIndex = "tabindex"
    case httpEquiv = "http-equiv"
    case viewBox, x, y, x1, y1, x2, y2, cx, cy, r, width, height, d
    case anchor = "text-anchor"
    case aspect = "preserveAspectRatio"
    case rel, action, method, type, value, selected, autocomplete
    case target = "for"
    case current = "aria-current"
    case sort = "aria-sort"
  }

  let name: Name
  let value: String

  init(_ name: Name, _ value: String) { (self.name, self.value) = (name, value) }

  /// Classes of the style sheet.
  public static func `class`(_ names: String) -> Attribute { Attribute(.class, names) }
  /// The element's own name in the page.
  public static func id(_ id: String) -> Attribute { Attribute(.id, id) }
  /// A link to the element with that name.
  public static func link(to id: String) -> Attribute { Attribute(.href, "#" + id) }
  /// The language of the text.
  public static func language(_ code: String) -> Attribute { Attribute(.lang, code) }
  /// What the element is for whoever does not see it.
  public static func role(_ role: String) -> Attribute { Attribute(.role, role) }
  /// What the element says to whoever does not see it.
  public static func label(_ text: String) -> Attribute { Attribute(.label, text) }
  /// Nothing for whoever does not see it.
  public static var decoration: Attribute { Attribute(.hidden, "true") }
  /// Reached by the keyboard, as regions that scroll have to be.
  public static var focusable: Attribute { Attribute(.tabIndex, "0") }
  /// What a heading of a table heads: `col` or `row`.
  public static func scope(_ scope: String) -> Attribute { Attribute(.scope, scope) }
  /// How many columns a cell spans.
  public static func columns(_ count: Int) -> Attribute { Attribute(.colspan, "\(count)") }
  /// The name and content of a description of the page.
  static func meta(_ name: String, _ content: String) -> [Attribute] {
    [Attribute(.name, name), Attribute(.content, content)]
  }
  /// A rule for the browser.
  static func rule(_ name: String, _ content: String) -> [Attribute] {
    [Attribute(.httpEquiv, name), Attribute(.content, content)]
  }
  /// The encoding of the page.
  static var utf8: Attribute { Attribute(.charset, "utf-8") }

  /// The coordinates of a drawing, from 0, 0.
  public static func viewBox(width: Double, height: Double) -> Attribute {
    Attribute(.viewBox, "0 0 \(width.coordinate) \(height.coordinate)")
  }
  /// A drawing that fills its place, whatever that does to its shapes.
  public static var stretched: Attribute { Attribute(.aspect, "none") }
  /// A rectangle.
  public static func frame(_ frame: Frame) -> [Attribute] {
    [
      number(.x, frame.x), number(.y, frame.y), number(.width, frame.width),
      number(.height, frame.height),
    ]
  }
  /// A place.
  public static func at(_ x: Double, _ y: Double) -> [Attribute] { [number(.x, x), number(.y, y)] }
  /// A straight line.
  public static func from(
    _ x1: Double, _ y1: Double, to x2: Double, _ y2: Double
  ) -> [Attribute] {
    [number(.x1, x1), number(.y1, y1), number(.x2, x2), number(.y2, y2)]
  }
  /// A circle.
  public static func circle(_ x: Double, _ y: Double, radius: Double) -> [Attribute] {
    [number(.cx, x), number(.cy, y), number(.r, radius)]
  }
  /// A line through points, closed or open.
  public static func path(_ points: [(x: Double, y: Double)], isClosed: Bool = false) -> Attribute {
    let lines = points.map { "\($0.x.coordinate) \($0.y.coordinate)" }.joined(separator: "L")
    return Attribute(.d, points.isEmpty ? "" : "M" + lines + (isClosed ? "Z" : ""))
  }
  /// Where a text is held: `start`, `middle` or `end`.
  public static func anchor(_ anchor: String) -> Attribute { Attribute(.anchor, anchor) }

  private static func number(_ name: Name, _ value: Double) -> Attribute {
    Attribute(name, value.coordinate)
  }
}

extension Double {
  /// In hundredths of a pixel, which no screen shows.
  var coordinate: String {
    guard isFinite else { return "0" }
    let hundredths = Int((min(max(self, -1e9), 1e9) * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    return rest % 10 == 0
      ? "\(sign)\(whole).\(rest / 10)"
      : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

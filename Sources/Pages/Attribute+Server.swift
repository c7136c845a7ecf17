/// Attributes of pages that a server makes: paths of its own, and forms that ask for them.
extension Attribute {
  /// A link to a path of the same server.
  public static func link(to path: ServerPath) -> Attribute { Attribute(.href, path.text) }

  /// A link to an address of the web, which is not told where the reader came from; nil for
  /// anything but `http` and `https`, and for what is no plain address.
  public static func link(toWeb address: String) -> [Attribute]? {
    let bytes = Array(address.utf8)
    let isPlain = bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>\"`\\^{|}".utf8.contains($0) }
    let scheme = address.prefix { $0 != ":" }.lowercased()
    guard isPlain, bytes.count <= 2048, scheme == "http" || scheme == "https",
      address.dropFirst(scheme.count).hasPrefix("://"), address.count > scheme.count + 3
    else { return nil }
    return [Attribute(.href, address), Attribute(.rel, "noreferrer nofollow")]
  }

  /// A form that asks for a path of the same server, with what is entered in the address.
  public static func asks(for path: ServerPath) -> [Attribute] {
    [Attribute(.action, path.text), Attribute(.method, "get"), Attribute(.autocomplete, "off")]
  }
  /// The kind of a field: `search`, `text`, `hidden`.
  public static func kind(_ kind: String) -> Attribute { Attribute(.type, kind) }
  /// What a field is called in the address.
  public static func name(_ name: String) -> Attribute { Attribute(.name, name) }
  /// What a field holds.
  public static func value(_ value: String) -> Attribute { Attribute(.value, value) }
  /// The choice that holds until another is made.
  public static var chosen: Attribute { Attribute(.selected, "selected") }
  /// The element that a label names.
  public static func labels(_ id: String) -> Attribute { Attribute(.target, id) }
  /// The link of a list that leads to where the reader is.
  public static var current: Attribute { Attribute(.current, "page") }
  /// How a column is sorted: `ascending` or `descending`.
  public static func sorted(_ order: String) -> Attribute { Attribute(.sort, order) }
}

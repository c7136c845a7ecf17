internal import Diagnostics

/// Texts by name, as metadata are: names that only look alike, “é” in one code point and in two,
/// are two. A dictionary of `String` would lose one of them.
public struct TextMap: Sendable {
  private var entries: [ExactText: (key: String, value: String)] = [:]

  /// An empty map.
  public init() {}

  /// The text of a name; nil where there is none, and to remove it.
  public subscript(key: String) -> String? {
    get { entries[ExactText(key)]?.value }
    set { entries[ExactText(key)] = newValue.map { (key, $0) } }
  }

  /// The number of names.
  public var count: Int { entries.count }
  /// Whether there is no name.
  public var isEmpty: Bool { entries.isEmpty }
  /// The names in the order of their bytes.
  public var keys: [String] { map(\.key) }
}

extension TextMap: Sequence {
  /// Goes through the entries in the order of their names' bytes.
  public func makeIterator() -> IndexingIterator<[(key: String, value: String)]> {
    entries.values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.makeIterator()
  }
}

extension TextMap: ExpressibleByDictionaryLiteral {
  /// A map of these entries; the last of a repeated name counts.
  public init(dictionaryLiteral elements: (String, String)...) {
    for (key, value) in elements { self[key] = value }
  }
}

extension TextMap: Equatable {
  /// Whether both have the same names with the same texts, byte for byte.
  public static func == (left: TextMap, right: TextMap) -> Bool {
    left.count == right.count
      && left.allSatisfy { key, value in right[key]?.utf8.elementsEqual(value.utf8) ?? false }
  }
}

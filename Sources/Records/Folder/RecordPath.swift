public import Diagnostics

/// A path inside a record: relative, of plain names, with `/` between them.
///
/// Paths in manifests and indexes come from strangers, and those in folders go to strangers; one
/// type for both keeps what could lead out of the folder from ever being opened or written down.
/// Compared and ordered byte by byte.
public struct RecordPath: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The names from the outermost folder to the file.
  public let components: [String]

  /// Reads a path; throws I06 for what is absolute, steps up, or hides something.
  public init(_ text: String) throws(Rejection) {
    if let reason = Self.defect(of: text) {
      throw Rejection(RecordsRules.unsafePath, "\(text.debugDescription) \(reason)")
    }
    components = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }

  /// The path as it is written.
  public var description: String { components.joined(separator: "/") }

  /// The name of the file.
  public var name: String { components[components.count - 1] }

  /// The names of the folders around it.
  var folder: ArraySlice<String> { components.dropLast() }

  /// Whether it lies below another path, at any depth.
  func isInside(_ other: RecordPath) -> Bool {
    components.count > other.components.count && components.starts(with: other.components)
  }

  /// Why a text is no such path, in words that follow it; nil where it is one.
  static func defect(of text: String) -> String? {
    if text.isEmpty { return "is empty" }
    if text.utf8.count > 1024 { return "is longer than 1024 bytes" }
    if text.utf8.first == UInt8(ascii: "/") { return "is absolute" }
    for name in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if let reason = defect(ofName: String(Substring(name))) { return reason }
    }
    return nil
  }

  private static func defect(ofName name: String) -> String? {
    if name.isEmpty { return "has an empty part" }
    if name == "." || name == ".." { return "steps through the folders with \(name)" }
    if name.utf8.count > 255 { return "has a name of more than 255 bytes" }
    if name.utf8.contains(UInt8(ascii: "\\")) { return "has a backslash" }
    if name.unicodeScalars.contains(where: \.isInvisible) { return "has an invisible character" }
    return nil
  }

  /// Whether both are the same bytes.
  public static func == (left: RecordPath, right: RecordPath) -> Bool {
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  /// Feeds the bytes, as equality compares them.
  public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }

  /// The order of the bytes.
  public static func < (left: RecordPath, right: RecordPath) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }
}

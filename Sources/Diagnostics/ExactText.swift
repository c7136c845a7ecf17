/// Text that is equal only byte for byte, as Python, JSON and zip compare names.
///
/// Swift's `String` takes "é" in one code point and in two for the same text. In a file they are
/// two names, and a dictionary keyed by `String` would lose one of them.
public struct ExactText: Hashable, Sendable {
  private let utf8: [UInt8]

  /// The key of a text.
  public init(_ text: String) { utf8 = Array(text.utf8) }
}

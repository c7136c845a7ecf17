/// A value and the key of the file that said it.
public struct Sourced<Value: Sendable>: Sendable {
  /// What was said.
  public let value: Value
  /// The key as the file spells it; levels are separated by dots.
  public let key: String

  /// Names where a value came from.
  public init(_ value: Value, from key: String) {
    self.value = value
    self.key = key
  }
}

public import JSON
internal import Quantization

/// Which tensors are quantized how.
public struct QuantizationRecipe: Sendable {
  /// What happens to the tensors whose names match a pattern.
  public struct Entry: Sendable {
    /// A shell pattern.
    public let pattern: String
    /// The id of a method, or `keep`.
    public let method: String
    /// The method's options.
    public let options: [(key: String, value: JSONValue)]

    /// An entry of a recipe.
    public init(pattern: String, method: String, options: [(key: String, value: JSONValue)] = []) {
      self.pattern = pattern
      self.method = method
      self.options = options
    }
  }

  /// The word for tensors that stay as they are.
  public static let keep = "keep"
  /// Smaller tensors than this are kept unless an entry names them: the challenge's limit.
  public static let fewestElements = 65_536

  /// Of the entries that match a name the last one counts.
  public var entries: [Entry]

  /// How tensors are stored that no entry matches.
  public var small: SmallTensors

  /// The ids of the changes that come before, in order.
  public var transforms: [String] = []

  /// A recipe of these entries.
  public init(_ entries: [Entry], small: SmallTensors = .bf16) {
    self.entries = entries
    self.small = small
  }
}

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

  /// Low-rank residuals (LQER, Zhang et al. 2024) for the tensors with the largest errors.
  public struct Residual: Sendable, Equatable {
    /// How many tensors have one, by the Frobenius norms of their errors.
    public var top: Int
    /// How many singular triplets of an error are kept.
    public var rank: Int

    /// Residuals of a rank for some tensors.
    public init(top: Int = 3, rank: Int = 4) {
      self.top = top
      self.rank = rank
    }
  }

  /// The word for tensors that stay as they are.
  public static let keep = "keep"
  /// Smaller tensors than this are kept unless an entry names them: the challenge's limit.
  public static let fewestElements = 65_536

  /// Of the entries that match a name the last one counts.
  public var entries: [Entry]
  /// Which of the tensors are mended after they were quantized; nil for none.
  public var residual: Residual?

  /// How tensors are stored that no entry matches.
  public var small: SmallTensors

  /// The ids of the changes that come before, in order.
  public var transforms: [String]

  /// A recipe of these entries.
  public init(
    _ entries: [Entry], residual: Residual? = nil, small: SmallTensors = .bf16,
    transforms: [String] = []
  ) {
    self.entries = entries
    self.residual = residual
    self.small = small
    self.transforms = transforms
  }
}

public import Merging
public import TensorCore

/// What a merge will write, settled before the first byte: each tensor, and what it is made of.
public struct MergePlan: Sendable {
  /// A tensor of a model.
  public struct Origin: Sendable, Equatable {
    /// The position of the model in the recipe's models.
    public let model: Int
    /// The tensor's name there.
    public let name: String
  }

  /// How a tensor comes about.
  public enum Making: Sendable {
    /// It is a model's.
    case copied(Origin)
    /// Inputs with their parameters are merged in a type; `base` is one of them.
    case merged(
      [(origin: Origin, values: MergeValues)], base: Int?, shared: MergeValues, dtype: DType)
  }

  /// A tensor of the result.
  public struct Item: Sendable {
    /// Its name.
    public let name: String
    /// Its extents.
    public let shape: Shape
    /// Its type in the result.
    public let dtype: DType
    /// How it comes about.
    public let making: Making
    /// What the tensor is called in the other models that it must be the same in: whole numbers are
    /// copied and not merged.
    public internal(set) var twins: [Origin] = []
  }

  /// The method.
  public let method: any MergeMethod
  /// The models that origins speak of.
  public let models: [ModelReference]
  /// The tensors, in the order of their names, in which random numbers are drawn.
  public let items: [Item]
  /// How many layers the result has; nil where names tell of none.
  public let layerCount: Int?
}

/// What a plan has to know of a model.
public struct MergeModel: Sendable {
  /// The type and the extents of each tensor.
  public let tensors: [String: (dtype: DType, shape: Shape)]

  /// Describes a model.
  public init(_ tensors: [String: (dtype: DType, shape: Shape)]) { self.tensors = tensors }
}

/// What becomes of tensors that only some files of raw mode have.
public enum RawNames: Sendable {
  /// They are an error.
  case same
  /// They are left out.
  case intersection
  /// They are merged as far as they are there.
  case union
}

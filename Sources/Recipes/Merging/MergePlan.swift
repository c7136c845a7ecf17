public import Checkpoints
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
    /// Inputs are merged in a type; `base` is one of them.
    case merged([Input], base: Int?, shared: MergeValues, dtype: DType)
  }

  /// What a tensor is merged from.
  public struct Input: Sendable {
    /// A model's tensor.
    public let origin: Origin
    /// Its parameters.
    public let values: MergeValues
    /// What is known of it besides; nil where the method asks for nothing, or the tensor has none.
    public let statistics: Statistics?
  }

  /// Tensors of a file of statistics.
  public struct Statistics: Sendable, Equatable {
    /// The position of the file in the recipe's `statistics`.
    public let file: Int
    /// The tensor's name there.
    public let name: String
    /// Whether the rows of the weight are what a layer reads, and not its columns.
    public let isTransposed: Bool
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

  /// Describes what a checkpoint has, under all of its names.
  public init(_ checkpoint: Checkpoint) {
    tensors = checkpoint.tensorsByName.mapValues { ($0.dtype, $0.shape) }
  }
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

extension Checkpoint {
  /// The tensors under all of their names: those that share elements are noted beside one that has
  /// them.
  var tensorsByName: [String: NamedTensor] {
    var tensors = Dictionary(
      self.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for tie in ties {
      guard let tensor = tie.lazy.compactMap({ tensors[$0] }).first else { continue }
      for name in tie where tensors[name] == nil { tensors[name] = tensor }
    }
    return tensors
  }
}

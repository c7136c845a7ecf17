public import TensorCore

/// One tensor of a result: what it is made of.
public struct MergeTask: Sendable {
  /// A model's tensor.
  public struct Input: Sendable {
    /// The elements one behind the other.
    public let elements: MergeElements
    /// Its own parameters.
    public let values: MergeValues
    /// What is known of it besides; nil where the method asks for nothing, or the tensor has none.
    public let statistics: MergeStatistics?

    /// An input with its parameters.
    public init(
      _ elements: MergeElements, _ values: MergeValues, _ statistics: MergeStatistics? = nil
    ) {
      (self.elements, self.values, self.statistics) = (elements, values, statistics)
    }
  }

  /// The name in the result.
  public let name: String
  /// The extents, which all inputs have.
  public let shape: Shape
  /// The type that is computed in: F64, F32, BF16 or F16. Each step is rounded to it.
  public let dtype: DType
  /// The inputs in the order of the recipe.
  public let inputs: [Input]
  /// Which of them is the base.
  public let base: Int?
  /// The parameters of the result.
  public let shared: MergeValues
  /// Where random numbers come from.
  public let random: MergeRandom

  /// Describes a tensor. Inputs must have the shape, and the method must take them.
  public init(
    name: String, shape: Shape, dtype: DType, inputs: [Input], base: Int?, shared: MergeValues,
    random: MergeRandom
  ) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.inputs = inputs
    self.base = base
    self.shared = shared
    self.random = random
  }

  /// The positions of the inputs that are not the base.
  var others: [Int] { inputs.indices.filter { $0 != base } }

  /// The task with other inputs, computed in another type.
  func with(_ inputs: [Input], dtype: DType) -> MergeTask {
    MergeTask(
      name: name, shape: shape, dtype: dtype, inputs: inputs, base: base, shared: shared,
      random: random)
  }

  /// The task of some of the inputs alone; the base must be among them if there is one.
  func restricted(to positions: [Int]) -> MergeTask {
    MergeTask(
      name: name, shape: shape, dtype: dtype, inputs: positions.map { inputs[$0] },
      base: base.flatMap { positions.firstIndex(of: $0) }, shared: shared, random: random)
  }
}

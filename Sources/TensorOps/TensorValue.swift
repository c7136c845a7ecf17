public import TensorCore

/// What layers are written against: plain tensors, and later those that remember their gradients.
///
/// Every member is one operation, so that a layer costs a few dynamic dispatches and nothing per
/// element. See `Backend` for shapes and rounding.
public protocol TensorValue: Sendable {
  /// The type of the elements.
  var dtype: DType { get }
  /// The extents.
  var shape: Shape { get }
  /// A tensor that takes part as a constant.
  init(constant: Tensor)
  /// The elements with other extents, of which the product is the same.
  func reshaped(_ dimensions: [Int]) -> Self
  /// The elements in another floating-point type.
  func cast(to dtype: DType) -> Self
  /// `operation` of every element.
  func applying(_ operation: UnaryOperation) -> Self
  /// `operation` of the elements of both, which broadcast as in NumPy.
  func combined(_ operation: BinaryOperation, _ other: Self) -> Self
  /// The innermost axis reduced to one element.
  func reduced(_ reduction: RowReduction) -> Self
  /// The innermost axis normalized, then times `weight` and plus `bias`.
  func normalized(_ normalization: RowNormalization, weight: Self?, bias: Self?) -> Self
  /// self · weightᵀ + bias.
  func linear(_ weight: Self, bias: Self?) -> Self
  /// The heads turned by the angles of their positions.
  func rotated(by table: RotaryTable) -> Self
  /// Causal attention of these queries.
  func attention(keys: Self, values: Self, scale: Float, mask: AttentionMask) -> Self
  /// The rows with the given indices.
  func rows(_ indices: [Int]) -> Self
  /// The outermost axis moved on by one: zeros come first, and the last row goes.
  func shiftedRows() -> Self
  /// A part of the innermost axis.
  func columns(_ range: Range<Int>) -> Self
}

extension TensorValue {
  /// The sum of both.
  public static func + (a: Self, b: Self) -> Self { a.combined(.add, b) }
  /// The difference of both.
  public static func - (a: Self, b: Self) -> Self { a.combined(.subtract, b) }
  /// The product of both, element by element.
  public static func * (a: Self, b: Self) -> Self { a.combined(.multiply, b) }

  /// Divided by its root mean square; PyTorch's ε for float32 unless another is given.
  public func rmsNormalized(weight: Self? = nil, epsilon: Float = .ulpOfOne) -> Self {
    normalized(.rms(epsilon: epsilon), weight: weight, bias: nil)
  }
}

extension Tensor: TensorValue {
  /// The tensor itself.
  public init(constant: Tensor) { self = constant }

  /// Whether both are the same elements in the same memory, not merely equal ones.
  public func isSameMemory(as other: Tensor) -> Bool {
    guard dtype == other.dtype, shape == other.shape, let own = contiguousStorage,
      let theirs = other.contiguousStorage
    else { return false }
    return own.bytes.withUnsafeBytes { a in
      theirs.bytes.withUnsafeBytes { $0.baseAddress == a.baseAddress && $0.count == a.count }
    }
  }

  /// The same elements in a view of other extents.
  public func reshaped(_ dimensions: [Int]) -> Tensor {
    guard let shape = Shape(dimensions), shape.elementCount == self.shape.elementCount,
      let storage = contiguousStorage,
      let result = Tensor(dtype: dtype, shape: shape, storage: storage)
    else { preconditionFailure("\(self.shape.dimensions) cannot become \(dimensions)") }
    return result
  }

  /// The elements in another floating-point type.
  public func cast(to dtype: DType) -> Tensor {
    dtype == self.dtype ? self : backend.cast(self, to: dtype)
  }

  /// `operation` of every element.
  public func applying(_ operation: UnaryOperation) -> Tensor { backend.unary(operation, self) }

  /// `operation` of the elements of both, which broadcast as in NumPy.
  public func combined(_ operation: BinaryOperation, _ other: Tensor) -> Tensor {
    backend.binary(operation, self, other)
  }

  /// The innermost axis reduced to one element.
  public func reduced(_ reduction: RowReduction) -> Tensor { backend.reduce(reduction, self) }

  /// The innermost axis normalized, then times `weight` and plus `bias`.
  public func normalized(
    _ normalization: RowNormalization, weight: Tensor?, bias: Tensor?
  ) -> Tensor {
    backend.normalize(normalization, self, weight: weight, bias: bias)
  }

  /// x · weightᵀ + bias.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    backend.linear(self, weight, bias: bias)
  }

  /// The heads turned by the angles of their positions.
  public func rotated(by table: RotaryTable) -> Tensor { backend.rotate(self, by: table) }

  /// Causal attention, a block of queries at a time: the scores of one block are all that exist.
  public func attention(
    keys: Tensor, values: Tensor, scale: Float, mask: AttentionMask
  ) -> Tensor {
    backend.attention(queries: self, keys: keys, values: values, scale: scale, mask: mask)
  }

  /// The rows with the given indices.
  public func rows(_ indices: [Int]) -> Tensor { backend.gatherRows(self, indices) }

  /// The outermost axis moved on by one: zeros come first.
  public func shiftedRows() -> Tensor { backend.shiftRows(self) }

  /// A part of the innermost axis.
  public func columns(_ range: Range<Int>) -> Tensor { backend.columns(self, range) }
}

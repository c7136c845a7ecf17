public import TensorCore

/// A memory space that computes.
///
/// Operations give new contiguous tensors. Floats of 16 and 8 bits are computed with in float32 and
/// rounded once at the end of each operation; operands of two types give float32, and so do
/// doubles.
/// Operands that do not fit each other are a caller's mistake.
public protocol Backend: Sendable {
  /// `operation` of every element.
  func unary(_ operation: UnaryOperation, _ x: Tensor) -> Tensor
  /// `operation` of the elements of both, which broadcast as in NumPy.
  func binary(_ operation: BinaryOperation, _ x: Tensor, _ y: Tensor) -> Tensor
  /// The innermost axis reduced to one element.
  func reduce(_ reduction: RowReduction, _ x: Tensor) -> Tensor
  /// The innermost axis normalized, then times `weight` and plus `bias`, vectors of its extent.
  func normalize(
    _ normalization: RowNormalization, _ x: Tensor, weight: Tensor?, bias: Tensor?
  ) -> Tensor
  /// x · weightᵀ + bias, for a weight of shape [outputs, inputs] and x of shape […, inputs].
  func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor
  /// Turns the heads of x, of shape [positions, heads, dimensions].
  func rotate(_ x: Tensor, by table: RotaryTable) -> Tensor
  /// softmax(scale · queries · keysᵀ) · values for causal heads, of shape [positions, heads,
  /// dimensions]; keys and values may have fewer heads, each shared by a group of neighbours.
  func attention(
    queries: Tensor, keys: Tensor, values: Tensor, scale: Float, mask: AttentionMask
  ) -> Tensor
  /// The rows of a table of shape [rows, columns] with the given indices.
  func gatherRows(_ table: Tensor, _ indices: [Int]) -> Tensor
  /// The outermost axis moved on by one: zeros come first, and the last row goes.
  func shiftRows(_ x: Tensor) -> Tensor
  /// A part of the innermost axis.
  func columns(_ x: Tensor, _ range: Range<Int>) -> Tensor
  /// The elements in another floating-point type.
  func cast(_ x: Tensor, to dtype: DType) -> Tensor
}

extension Tensor {
  /// Where its elements are, and so are those of what is computed from it.
  var backend: any Backend { CPUBackend.shared }
}

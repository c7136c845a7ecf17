public import Diagnostics
public import TensorCore

/// A tensor whose elements are computed when they are asked for, each time anew.
public struct ComputedTensor: Sendable {
  /// Takes some bytes.
  public typealias Sink = (RawSpan) throws(Rejection) -> Void

  /// The type of the elements.
  public let dtype: DType
  /// The extents.
  public let shape: Shape
  /// What it is computed from.
  let origins: [TensorContent]
  private let produce: @Sendable (Sink) throws(Rejection) -> Void

  /// A tensor whose bytes `produce` gives in row-major order, some at a time, from `origins`.
  public init(
    _ dtype: DType, _ shape: Shape, from origins: [TensorContent],
    _ produce: @escaping @Sendable (Sink) throws(Rejection) -> Void
  ) {
    (self.dtype, self.shape, self.origins, self.produce) = (dtype, shape, origins, produce)
  }

  /// Gives the elements' bytes in order. Throws what computing and `body` throw.
  func forEachChunk(_ body: Sink) throws(Rejection) { try produce(body) }
}

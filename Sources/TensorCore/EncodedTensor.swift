public import Diagnostics

/// A tensor in compressed form: integer codes and what turns them into numbers.
///
/// A format that stores codes hands out codes, so converting one coded format into another never
/// quantizes twice. `forEachChunk` gives the numbers they stand for.
public struct EncodedTensor: Sendable {
  /// One stored part of the encoding.
  public struct Component: Sendable {
    /// The part's name in the file it came from, such as `blocks.0.mlp.fc.weight.scale`.
    public let name: String
    /// Its values, as stored.
    public let tensor: Tensor

    /// Names a part.
    public init(name: String, tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// The most elements that a block of decoded numbers holds: 256 KiB of float32, which fits a
  /// second-level cache.
  public static let blockElements = 65_536

  /// The type of the decoded elements: F32, BF16 or F16.
  public let dtype: DType
  /// The extents of the decoded tensor.
  public let shape: Shape
  /// How the components become numbers.
  public let encoding: any TensorEncoding
  /// What the file stores, untouched, in the order that `encoding` documents.
  public let components: [Component]

  /// Binds components to the encoding that reads them; throws C08 or C09 if they do not fit
  /// together, so that decoding what was made this way cannot fail.
  public init(
    dtype: DType, shape: Shape, encoding: any TensorEncoding, components: [Component]
  ) throws(Rejection) {
    try require(
      dtype == .f32 || dtype == .bf16 || dtype == .f16, EncodingRules.componentMismatch,
      "cannot decode to \(dtype.rawValue)")
    let tensors = components.map(\.tensor)
    try encoding.validate(tensors, shape: shape)
    self.dtype = dtype
    self.shape = shape
    self.encoding = encoding.described(by: tensors.map { ($0.dtype, $0.shape) })
    self.components = components
  }
}

/// A way to write numbers as codes. One conformer per file under `Encodings/`.
public protocol TensorEncoding: Sendable {
  /// The name in reports, in the field's words: `int8_row`, `ternary_base3`, …
  var kind: String { get }
  /// The bits one code can use, or nil where codes are no integers.
  var bits: Int? { get }
  /// What one scale covers: `tensor`, `row`, `group of 128`; nil without scales.
  var granularity: String? { get }
  /// Throws when the components' types, shapes or values contradict each other or `shape`.
  func validate(_ components: [Tensor], shape: Shape) throws(Rejection)
  /// The same encoding, with what only components tell in its `kind`, `bits` and `granularity`.
  ///
  /// The types and shapes are what a file claims: there may be too few, or the wrong ones.
  func described(by components: [(dtype: DType, shape: Shape)]) -> Self
  /// Gives the decoded elements as float32 in row-major order, a block at a time; the blocks'
  /// sizes are the encoding's choice, at most `EncodedTensor.blockElements` each.
  ///
  /// `components` have passed `validate`. Memory in use does not grow with the tensor, except
  /// by the scales and by copies of components that are scattered views.
  func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection)
}

extension TensorEncoding {
  /// Itself: most encodings know what to say without their components.
  public func described(by components: [(dtype: DType, shape: Shape)]) -> Self { self }
}

public import Diagnostics
public import TensorCore

/// Named tensors on disk and what is known about them. Opening one reads headers, not payloads.
public struct Checkpoint: Sendable {
  /// The id of the format, as `birdie methods formats` lists it.
  public var format: String
  /// The path as the user gave it.
  public var path: String
  /// The bytes of all files it consists of.
  public var byteCount: Int
  /// The compressors and transforms around it, outermost first; empty for plain files.
  public var layers: [String]
  /// The tensors in the order of the file.
  public var tensors: [NamedTensor]
  /// What is not a tensor: the format's own metadata, or the leaves of a pickled object as JSON.
  public var metadata: TextMap
  /// Whether the file has an empty metadata section, which a copy keeps.
  public internal(set) var hasEmptyMetadata = false
  /// Groups of names that share the same elements, each in the order of `tensors`.
  public var ties: [[String]]
  /// What was noticed while reading.
  public var warnings: [Audit.Warning]
  /// The checksums that the file carries for bytes that opening did not read.
  public internal(set) var payloadChecks: [PayloadCheck] = []
  /// The ids of the rules that the caller relaxed.
  public internal(set) var leniency: Set<String> = []

  /// A checkpoint as a format's reader gives it; path, size and layers are the opener's to fill.
  public init(
    format: String, tensors: [NamedTensor], metadata: TextMap = [:],
    ties: [[String]] = [], path: String = "", byteCount: Int = 0, layers: [String] = [],
    warnings: [Audit.Warning] = []
  ) {
    self.format = format
    self.path = path
    self.byteCount = byteCount
    self.layers = layers
    self.tensors = tensors
    self.metadata = metadata
    self.ties = ties
    self.warnings = warnings
  }

  /// The number of elements of all tensors, tied ones counted once.
  public var parameterCount: Int {
    let repeated = Set(ties.flatMap { $0.dropFirst() }.map(ExactText.init))
    return tensors.reduce(0) { sum, tensor in
      repeated.contains(ExactText(tensor.name)) ? sum : sum &+ tensor.shape.elementCount
    }
  }
}

/// A tensor and its name.
public struct NamedTensor: Sendable {
  /// The name, with dots between the levels of nested containers.
  public var name: String
  /// The elements, in whatever form the file has them.
  public var content: TensorContent

  /// Names a tensor.
  public init(name: String, content: TensorContent) {
    self.name = name
    self.content = content
  }

  /// The type of the elements once decoded.
  public var dtype: DType { content.dtype }
  /// The extents once decoded.
  public var shape: Shape { content.shape }
}

/// The forms in which a checkpoint holds a tensor.
public enum TensorContent: Sendable {
  /// Elements as they are.
  case dense(Tensor)
  /// Elements that need a change on the way out: a byte swap, a conjugation, a negation.
  case transformed(Tensor, ElementTransform)
  /// Codes and scales.
  case encoded(EncodedTensor)
  /// Parts of one tensor that several files or ranks hold.
  case pieces(PiecewiseTensor)
  /// What a Birdie artifact holds, to be decoded when it is asked for.
  case coded(CodedTensor)
  /// Elements that are computed when they are asked for.
  case computed(ComputedTensor)
  /// Only a type and a shape: a tensor on PyTorch's meta device.
  case absent(DType, Shape)

  /// The type of the elements once decoded.
  public var dtype: DType {
    switch self {
    case .dense(let tensor), .transformed(let tensor, _): tensor.dtype
    case .encoded(let tensor): tensor.dtype
    case .pieces(let tensor): tensor.dtype
    case .coded(let tensor): tensor.dtype
    case .computed(let tensor): tensor.dtype
    case .absent(let dtype, _): dtype
    }
  }

  /// The extents once decoded.
  public var shape: Shape {
    switch self {
    case .dense(let tensor), .transformed(let tensor, _): tensor.shape
    case .encoded(let tensor): tensor.shape
    case .pieces(let tensor): tensor.shape
    case .coded(let tensor): tensor.shape
    case .computed(let tensor): tensor.shape
    case .absent(_, let shape): shape
    }
  }
}

/// What PyTorch's lazy bits and foreign byte orders ask to be done to each element on reading.
public struct ElementTransform: OptionSet, Sendable {
  /// The bits of the set.
  public let rawValue: Int
  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Components are big-endian.
  public static let byteSwap = ElementTransform(rawValue: 1)
  /// The imaginary part changes its sign.
  public static let conjugate = ElementTransform(rawValue: 2)
  /// The element changes its sign.
  public static let negate = ElementTransform(rawValue: 4)
}

/// A tensor laid out as boxes that cover it exactly.
public struct PiecewiseTensor: Sendable {
  /// One box: where it begins on each axis, and its elements.
  public struct Piece: Sendable {
    /// The first index of the box on each axis.
    public let origin: [Int]
    /// The elements of the box.
    public let tensor: Tensor
  }

  /// The type of the elements.
  public let dtype: DType
  /// The extents of the whole.
  public let shape: Shape
  /// The boxes, disjoint and complete; who builds the value has checked that.
  public let pieces: [Piece]
}

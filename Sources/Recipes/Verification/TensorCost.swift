public import Checkpoints
internal import Diagnostics
public import TensorCore

/// What compression made of one tensor.
public struct TensorCost: Sendable {
  /// Why a tensor of the artifact cannot stand for the reference's.
  public enum Problem: String, Sendable {
    /// Only the reference has it.
    case missing
    /// Only the artifact has it.
    case extra
    /// The shapes differ.
    case shape
    /// Values are infinite or NaN that the reference has as others.
    case nonfinite
    /// The types have no values to compare: complex and real ones, or no data.
    case incomparable
  }

  /// The name.
  public let name: String
  /// The type in the reference; nil where that has none.
  public let referenceType: DType?
  /// The type once decoded; nil where the artifact has none.
  public let dtype: DType?
  /// The shape in the artifact, or in the reference for missing ones.
  public let shape: Shape
  /// How codes become numbers: nil for elements as they are.
  public let encoding: (any TensorEncoding)?
  /// The bytes in the artifact, before any compression of the whole; nil where the tensor is the
  /// same elements as another one, and where it lies in a directory that does not tell them.
  public let byteCount: Int?
  /// Whether type, shape and bits are the reference's.
  public let isEqual: Bool
  /// How far the values are from the reference's; nil where they cannot be compared.
  public let difference: NumericDifference?
  /// What is wrong, if anything.
  public let problem: Problem?

  /// The bytes in bits for each element.
  public var bitsPerWeight: Double? {
    guard let byteCount, shape.elementCount > 0 else { return nil }
    return 8 * Double(byteCount) / Double(shape.elementCount)
  }

  /// The ratio of signal to noise in decibels; −∞ where there is noise and no signal, nil where
  /// values cannot be compared.
  public var signalToNoise: Double? { difference.map { $0.signalToNoise ?? -.infinity } }
}

extension TensorCost {
  /// All tensors: those of both in the order of the reference, then what is missing, then extra.
  static func all(
    in artifact: Checkpoint, against reference: Checkpoint, _ comparison: CheckpointComparison
  ) -> [TensorCost] {
    let held = HeldTensors(artifact)
    let wanted = HeldTensors(reference)
    return comparison.tensors.map { TensorCost($0, held) }
      + comparison.onlyInLeft.compactMap { TensorCost(lone: $0, wanted, .missing) }
      + comparison.onlyInRight.compactMap { TensorCost(lone: $0, held, .extra) }
  }

  private init(_ difference: TensorDifference, _ held: HeldTensors) {
    name = difference.name
    referenceType = difference.left.dtype
    dtype = difference.right.dtype
    shape = difference.right.shape
    let content = held[difference.name]?.content
    encoding = content?.encoding
    byteCount = held.byteCount(of: difference.name)
    isEqual = difference.isEqual
    self.difference = difference.numbers
    problem = difference.problem
  }

  /// A tensor that only one side has.
  private init?(lone name: String, _ side: HeldTensors, _ problem: Problem) {
    guard let tensor = side[name] else { return nil }
    self.name = name
    referenceType = problem == .missing ? tensor.dtype : nil
    dtype = problem == .missing ? nil : tensor.dtype
    shape = tensor.shape
    encoding = problem == .missing ? nil : tensor.content.encoding
    byteCount = problem == .missing ? nil : side.byteCount(of: name)
    isEqual = false
    difference = nil
    self.problem = problem
  }
}

extension TensorDifference {
  fileprivate var problem: TensorCost.Problem? {
    guard left.shape == right.shape else { return .shape }
    guard let numbers else { return isEqual ? nil : .incomparable }
    return numbers.nonfiniteMismatchCount == 0 ? nil : .nonfinite
  }
}

/// The tensors of a checkpoint by name.
private struct HeldTensors {
  private let byName: [ExactText: NamedTensor]
  /// Names whose elements another name counts.
  private let repeated: Set<ExactText>

  init(_ checkpoint: Checkpoint) {
    byName = Dictionary(
      checkpoint.tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    repeated = Set(checkpoint.ties.flatMap { $0.dropFirst() }.map(ExactText.init))
  }

  subscript(_ name: String) -> NamedTensor? { byName[ExactText(name)] }

  func byteCount(of name: String) -> Int? {
    guard let tensor = self[name], !repeated.contains(ExactText(name)) else { return nil }
    // An artifact keeps small tensors in its directory, which says of none what it takes.
    if case .coded(let coded) = tensor.content, coded.storedByteCount == 0 { return nil }
    return tensor.storedByteCount
  }
}

public import Diagnostics

/// What is different between two checkpoints, name by name.
public struct CheckpointComparison: Sendable {
  /// The tensors that both have, in the order of the left one.
  public let tensors: [TensorDifference]
  /// The names that only the left one has, in its order.
  public let onlyInLeft: [String]
  /// The names that only the right one has, in its order.
  public let onlyInRight: [String]

  /// Whether both have the same names, and every pair is the same or within `tolerance`.
  public func isWithin(_ tolerance: Double) -> Bool {
    onlyInLeft.isEmpty && onlyInRight.isEmpty && tensors.allSatisfy { $0.isWithin(tolerance) }
  }
}

extension Checkpoint {
  /// Compares every tensor with the one of the same name in `other`, values after decoding.
  ///
  /// A name that one side only notes as a tie of a tensor that it keeps stands for that tensor.
  /// `progress` is told the bytes of this side that were compared so far.
  public func compared(
    with other: Checkpoint, progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(Rejection) -> CheckpointComparison {
    let (ours, theirs) = (tensorByName, other.tensorByName)
    let listed = Set(tensors.map { ExactText($0.name) })
    let noted = other.tensors.map(\.name).filter { !listed.contains(ExactText($0)) }
    var known: [ComparedPair: TensorDifference] = [:]
    var differences: [TensorDifference] = []
    var bytes = 0
    for name in tensors.map(\.name) + noted {
      guard let tensor = ours[ExactText(name)], let counterpart = theirs[ExactText(name)] else {
        continue
      }
      let pair = ComparedPair(tensor.content, counterpart.content)
      let difference =
        if let pair, let twin = known[pair] { twin.renamed(name) } else {
          try locating(Place(tensor: name)) { () throws(Rejection) in
            try tensor.compared(with: counterpart, as: name)
          }
        }
      if let pair { known[pair] = difference }
      differences.append(difference)
      bytes += tensor.decodedByteCount
      progress(bytes)
    }
    return CheckpointComparison(
      tensors: differences,
      onlyInLeft: tensors.map(\.name).filter { theirs[ExactText($0)] == nil },
      onlyInRight: other.tensors.map(\.name).filter { ours[ExactText($0)] == nil })
  }

  /// The tensors by name, those included that are only noted as ties of another.
  private var tensorByName: [ExactText: NamedTensor] {
    var byName = Dictionary(
      tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    for group in ties {
      guard let kept = group.lazy.compactMap({ byName[ExactText($0)] }).first else { continue }
      for name in group where byName[ExactText(name)] == nil { byName[ExactText(name)] = kept }
    }
    return byName
  }
}

/// The elements of a tensor of each side.
private struct ComparedPair: Hashable {
  private let left: ContentIdentity
  private let right: ContentIdentity

  init?(_ left: TensorContent, _ right: TensorContent) {
    guard let left = ContentIdentity(left), let right = ContentIdentity(right) else { return nil }
    self.left = left
    self.right = right
  }
}

extension TensorDifference {
  /// The same under a name that has the same elements on both sides.
  fileprivate func renamed(_ name: String) -> TensorDifference {
    TensorDifference(
      name: name, left: left, right: right, isEqual: isEqual, numbers: numbers)
  }
}

extension NamedTensor {
  fileprivate func compared(
    with other: NamedTensor, as name: String
  ) throws(Rejection) -> TensorDifference {
    let (isEqual, numbers) = try content.compared(with: other.content)
    return TensorDifference(
      name: name,
      left: TensorDifference.Side(dtype: dtype, shape: shape),
      right: TensorDifference.Side(dtype: other.dtype, shape: other.shape),
      isEqual: isEqual, numbers: numbers)
  }
}

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
  /// `progress` is told the bytes of this side that were compared so far.
  public func compared(
    with other: Checkpoint, progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(Rejection) -> CheckpointComparison {
    let counterparts = Dictionary(
      other.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(tensors.map(\.name))
    var differences: [TensorDifference] = []
    var bytes = 0
    for tensor in tensors {
      guard let counterpart = counterparts[tensor.name] else { continue }
      differences.append(
        try locating(Place(tensor: tensor.name)) { () throws(Rejection) in
          try tensor.compared(with: counterpart)
        })
      bytes += tensor.decodedByteCount
      progress(bytes)
    }
    return CheckpointComparison(
      tensors: differences,
      onlyInLeft: tensors.map(\.name).filter { counterparts[$0] == nil },
      onlyInRight: other.tensors.map(\.name).filter { !names.contains($0) })
  }
}

extension NamedTensor {
  fileprivate func compared(with other: NamedTensor) throws(Rejection) -> TensorDifference {
    let (isEqual, numbers) = try content.compared(with: other.content)
    return TensorDifference(
      name: name,
      left: TensorDifference.Side(dtype: dtype, shape: shape),
      right: TensorDifference.Side(dtype: other.dtype, shape: other.shape),
      isEqual: isEqual, numbers: numbers)
  }
}

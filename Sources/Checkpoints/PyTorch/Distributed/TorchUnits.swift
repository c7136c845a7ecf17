internal import TensorCore

extension [Int] {
  /// The extents or position with the last axis counted in elements, of which PyTorch's have
  /// `units` each.
  func countingLast(_ units: Int) -> [Int] {
    guard units > 1, let last, let count = last.multiplied(by: units) else { return self }
    return dropLast() + [count]
  }
}

extension DType {
  /// How many elements one of PyTorch's is.
  var torchUnit: Int { self == .f4 ? 2 : 1 }
}

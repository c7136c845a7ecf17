internal import TensorCore
internal import TensorOps

extension UnsafeBufferPointer<Float> {
  /// The largest magnitude, 0 of nothing.
  var largestMagnitude: Float {
    var largest: Float = 0
    for element in self { largest = element.magnitude > largest ? element.magnitude : largest }
    return largest
  }

  /// The quantile of the magnitudes, rounded as `torch.quantile` rounds; 0 of nothing.
  func quantileOfMagnitudes(_ fraction: Float) -> Float {
    Self.quantile(map(\.magnitude), fraction)
  }

  /// The quantile of numbers, rounded as `torch.quantile` rounds; 0 of nothing.
  static func quantile(_ numbers: [Float], _ fraction: Float) -> Float {
    guard !numbers.isEmpty else { return 0 }
    let quantile = Tensor(numbers, .f32, [1, numbers.count]).quantile(fraction)
    return quantile.packed().bytes.withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
  }
}

internal import Diagnostics
internal import TensorCore

/// Numbers that elements are replaced by, in ascending order.
struct Codebook {
  /// The numbers.
  let numbers: [Float]
  /// Between each number and the next: what is above belongs to the next.
  private let bounds: [Float]

  init(_ numbers: [Float]) {
    self.numbers = numbers
    bounds = zip(numbers, numbers.dropFirst()).map { Float((Double($0) + Double($1)) / 2) }
  }

  /// The largest magnitude.
  var reach: Float { numbers.reduce(0) { max($0, $1.magnitude) } }

  /// The index of the nearest number; of two as near the lower one.
  func index(of element: Float) -> UInt8 {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < element { low = middle + 1 } else { high = middle }
    }
    return UInt8(low)
  }

  /// Indices and scales of a weight: in each group of columns, and for a size of 0 each row, the
  /// largest element meets the largest number. `stored` rounds scales, and codes are chosen by the
  /// rounded ones.
  func quantized(
    _ weight: Weight, groupSize: Int, stored: (Double) -> Float
  ) -> (indices: [UInt8], scales: [Float], groups: ElementGroups) {
    let groups = ElementGroups(weight, size: groupSize)
    var indices = [UInt8](repeating: index(of: 0), count: weight.elements.count)
    var scales: [Float] = []
    groups.forEach(weight) { _, range, elements in
      let scale = stored(Double(elements.largestMagnitude) / Double(reach))
      scales.append(scale)
      guard scale > 0 else { return }
      for place in elements.indices {
        indices[range.lowerBound + place] = index(of: elements[place] / scale)
      }
    }
    return (indices, scales, groups)
  }
}

extension Weight {
  /// Indices into a codebook, with a scale for each group of columns or row.
  func encoded(
    _ indices: [UInt8], _ book: [Float], groupSize: Int, scales: Tensor
  ) throws(Rejection) -> EncodedTensor {
    guard let encoding = CodebookCodes(groupSize: groupSize) else {
      preconditionFailure("groups have a size")
    }
    return try encoded(
      encoding, ("indices", Tensor(indices, .u8, shape)),
      ("codebook", Tensor(book, .f32, [book.count])), ("scale", scales))
  }
}

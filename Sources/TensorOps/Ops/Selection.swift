internal import Glibc
public import TensorCore

/// Elements of the innermost axis in an order, and where they stood.
public struct OrderedRows: Sendable {
  /// The elements, as float32.
  public let values: Tensor
  /// The index that each had in its row, row after row.
  public let indices: [Int]
}

extension Tensor {
  /// Every row in ascending order, or descending if asked. Equal elements keep their order; NaN
  /// counts as larger than any number, as in PyTorch's stable sort.
  public func sortedRows(descending: Bool = false) -> OrderedRows {
    ordered(first: rowWidth) { keys, order in
      order.sort { keys[$0] == keys[$1] ? $0 < $1 : (keys[$0] < keys[$1]) != descending }
    }
  }

  /// The `count` largest elements of every row, in descending order; of equal ones those that
  /// stand first. NaN counts as larger than any number.
  public func largest(_ count: Int) -> OrderedRows {
    precondition(count >= 0 && count <= rowWidth, "a row has \(rowWidth) elements")
    return ordered(first: count) { keys, order in
      guard count > 0 else { return order = [] }
      var copy = keys
      let threshold = copy.withUnsafeMutableBufferPointer { $0.select(keys.count - count) }
      let above = order.filter { keys[$0] > threshold }
      let equal = order.lazy.filter { keys[$0] == threshold }.prefix(count - above.count)
      order = (above + equal).sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] > keys[$1] }
    }
  }

  /// The quantile of every row for a fraction from 0 to 1, interpolated linearly between the two
  /// nearest elements; the innermost axis keeps the extent 1. A row with NaN gives NaN.
  ///
  /// Rounded as `torch.quantile` of PyTorch 2.15 rounds for float32, so that quantizers that took
  /// their clipping from it are reproduced bit for bit. Elements are selected, not sorted.
  public func quantile(_ fraction: Float) -> Tensor {
    precondition((0...1).contains(fraction), "a fraction lies between 0 and 1")
    precondition(rowWidth > 0, "a row without elements has no quantile")
    let width = rowWidth
    let reader = FloatReader(self)
    // The place is found in double precision; only the fraction and the weight are float32.
    let rank = Double(fraction) * Double(width - 1)
    let place = Int(rank)
    let weight = Float(rank - Double(place))
    return Tensor(.f32, shape.replacingLast(by: 1)) { target in
      reader.read { source in
        for row in 0..<rowCount {
          let elements = UnsafeBufferPointer(start: source + row * width, count: width)
          target[row] = Self.quantile(Array(elements), place, weight)
        }
      }
    }
  }

  private static func quantile(_ row: [Float], _ place: Int, _ weight: Float) -> Float {
    guard !row.contains(where: \.isNaN) else { return .nan }
    let (low, next) = neighbours(of: place, in: row)
    let high = weight == 0 ? low : next
    // `lerp` has two forms, each exact at its end, and fuses their product and sum.
    return weight < 0.5
      ? fmaf(weight, high - low, low) : fmaf(weight - 1, high - low, high)
  }

  /// The elements that sorting would put at a place and after it; the last one has itself after it.
  private static func neighbours(of place: Int, in row: [Float]) -> (low: Float, high: Float) {
    guard place + 2 < row.count else {
      // Quantiles that clip lie between the two largest elements.
      var (second, first) = (-Float.infinity, -Float.infinity)
      for element in row where element > second {
        second = element > first ? first : element
        first = element > first ? element : first
      }
      return (place + 1 < row.count ? second : first, first)
    }
    var row = row
    return row.withUnsafeMutableBufferPointer { row in
      let low = row.select(place)
      // What stands after the place of a selected element is not smaller.
      return (low, row[(place + 1)...].min() ?? low)
    }
  }

  /// Orders the indices of every row by `arrange` and keeps the first ones.
  private func ordered(
    first count: Int, by arrange: (_ keys: [Int32], _ order: inout [Int]) -> Void
  ) -> OrderedRows {
    let width = rowWidth
    let reader = FloatReader(self)
    var indices: [Int] = []
    indices.reserveCapacity(rowCount * count)
    let values = Tensor(.f32, shape.replacingLast(by: count)) { target in
      reader.read { source in
        for row in 0..<rowCount {
          let start = source + row * width
          var order = Array(0..<width)
          arrange(order.map { start[$0].orderKey }, &order)
          for (place, index) in order.prefix(count).enumerated() {
            target[row * count + place] = start[index]
          }
          indices += order.prefix(count)
        }
      }
    }
    return OrderedRows(values: values, indices: indices)
  }
}

extension Float {
  /// A number that orders as this one does: both zeros are equal, and NaN is above infinity.
  fileprivate var orderKey: Int32 {
    if isNaN { return .max }
    let bits = Int32(bitPattern: bitPattern)
    return bits < 0 ? .min &- bits : bits
  }
}

extension UnsafeMutableBufferPointer where Element: Comparable {
  /// Moves the element that sorting would put at `place` there, smaller ones before it and larger
  /// ones behind it, and gives it (Hoare 1961; the pivot is the median of three).
  fileprivate func select(_ place: Int) -> Element {
    var (first, last) = (startIndex, endIndex - 1)
    while first < last {
      let pivot = medianOfThree(first, last)
      var (left, right) = (first, last)
      while left <= right {
        while self[left] < pivot { left += 1 }
        while pivot < self[right] { right -= 1 }
        guard left <= right else { break }
        swapAt(left, right)
        left += 1
        right -= 1
      }
      if place <= right {
        last = right
      } else if place >= left {
        first = left
      } else {
        break
      }
    }
    return self[place]
  }

  private func medianOfThree(_ first: Int, _ last: Int) -> Element {
    let (a, b, c) = (self[first], self[first + (last - first) / 2], self[last])
    return Swift.max(Swift.min(a, b), Swift.min(Swift.max(a, b), c))
  }
}

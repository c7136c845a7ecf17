/// The extents of a tensor, outermost first; empty for a scalar.
///
/// A shape is never negative and its element count always fits an `Int`.
public struct Shape: Sendable, Hashable {
  /// The extent of each axis.
  public let dimensions: [Int]
  /// The product of the extents; 1 for a scalar.
  public let elementCount: Int

  /// The shape with these extents, or nil if one is negative or their product overflows.
  ///
  /// A zero does not hide an overflow of the others: `[0, 2⁶³−1, 2]` is refused too.
  public init?(_ dimensions: [Int]) {
    var product = 1
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else { return nil }
      product = next
    }
    self.dimensions = dimensions
    elementCount = dimensions.contains(0) ? 0 : product
  }

  private init(dimensions: [Int], elementCount: Int) {
    self.dimensions = dimensions
    self.elementCount = elementCount
  }

  /// The shape of a single number.
  public static let scalar = Shape(dimensions: [], elementCount: 1)

  /// The shape of a list of `count` elements.
  public static func vector(_ count: Int) -> Shape {
    precondition(count >= 0, "a shape has no negative extent")
    return Shape(dimensions: [count], elementCount: count)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The distance in elements between neighbours on each axis when the last axis varies fastest.
  public var contiguousStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(dimensions[axis + 1], 1)
    }
    return strides
  }
}

extension Shape {
  /// The distance in elements between neighbours on each axis when the first axis varies fastest.
  public var columnMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in dimensions.indices.dropFirst() {
      strides[axis] = strides[axis - 1] * max(dimensions[axis - 1], 1)
    }
    return strides
  }
}

extension Shape: CustomStringConvertible {
  /// The extents in brackets, as Python prints a list.
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}

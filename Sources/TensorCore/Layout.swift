/// Where the elements of a tensor lie in its storage: shape, strides and offset in elements.
public struct Layout: Sendable, Hashable {
  /// The extents.
  public let shape: Shape
  /// The distance in elements between neighbours on each axis; 0 repeats, never negative.
  public let strides: [Int]
  /// The first element's distance in elements from the start of the storage.
  public let offset: Int

  /// Elements in row-major order with nothing between them.
  public init(contiguous shape: Shape, offset: Int = 0) {
    self.shape = shape
    self.strides = shape.contiguousStrides
    self.offset = offset
  }

  /// A view, or nil if a stride or the offset is negative, the ranks differ, or the last
  /// element's position does not fit an `Int`.
  public init?(shape: Shape, strides: [Int], offset: Int) {
    guard strides.count == shape.rank, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    self.shape = shape
    self.strides = strides
    self.offset = offset
    guard requiredElements != nil else { return nil }
  }

  /// How many elements the storage must hold for every element of the view to lie inside it,
  /// or nil when that does not fit an `Int`.
  public var requiredElements: Int? {
    guard shape.elementCount > 0 else { return offset }
    var last = offset
    for (extent, step) in zip(shape.dimensions, strides) {
      let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: step)
      let (sum, carry) = last.addingReportingOverflow(reach)
      guard !overflow, !carry else { return nil }
      last = sum
    }
    let (count, overflow) = last.addingReportingOverflow(1)
    return overflow ? nil : count
  }

  /// Whether the elements lie in row-major order with nothing between them.
  ///
  /// Axes of extent 1 may have any stride, and a tensor without elements is always contiguous.
  public var isContiguous: Bool {
    guard shape.elementCount > 0 else { return true }
    var expected = 1
    for (extent, step) in zip(shape.dimensions, strides).reversed() where extent != 1 {
      guard step == expected else { return false }
      expected *= extent
    }
    return true
  }
}

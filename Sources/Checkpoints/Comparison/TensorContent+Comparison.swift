internal import Diagnostics
internal import Glibc
internal import TensorCore

extension TensorContent {
  /// Whether this and `other` have the same type, shape and decoded bits, and how far their
  /// numbers lie apart.
  func compared(
    with other: TensorContent
  ) throws(Rejection) -> (isEqual: Bool, numbers: NumericDifference?) {
    guard shape == other.shape else { return (false, nil) }
    guard !isAbsent, !other.isAbsent else {
      return (isAbsent && other.isAbsent && dtype == other.dtype, nil)
    }
    // Most tensors of two checkpoints that are compared are the same: look at bits first.
    if dtype == other.dtype, let left = contiguousStorage, let right = other.contiguousStorage,
      left.hasSameBytes(as: right)
    {
      return (true, dtype.component == nil ? nil : NumericDifference.none)
    }
    // Elements that share bytes are no numbers here, but what is coded can be compared decoded.
    guard dtype.byteWidth != nil || dtype != other.dtype else {
      let (left, right) = (try resolved().contiguousStorage, try other.resolved().contiguousStorage)
      guard let left, let right else { return (false, nil) }
      return (left.hasSameBytes(as: right), nil)
    }
    return try measured(against: other)
  }

  private func measured(
    against other: TensorContent
  ) throws(Rejection) -> (isEqual: Bool, numbers: NumericDifference?) {
    // A complex number has twice the parts of a real one: there is nothing to pair them with.
    guard dtype.isComplex == other.dtype.isComplex,
      let component = dtype.component, let otherComponent = other.dtype.component,
      let reader = ElementReader(component), let otherReader = ElementReader(otherComponent)
    else { return (false, nil) }
    let codes = dtype == other.dtype ? CodeOrder(component) : nil
    let width = component.byteWidth ?? 1
    var sums = DifferenceSums()
    var ulps: UInt64 = 0
    var isEqual = dtype == other.dtype
    try TensorPairing(self, other).forEachBlock { leftBytes, rightBytes throws(Rejection) in
      let (left, right) = (reader.doubles(leftBytes), otherReader.doubles(rightBytes))
      sums.add(left, right)
      guard let codes, !leftBytes.hasSameBytes(as: rightBytes) else { return }
      isEqual = false
      let distance = codes.maximumDistance(leftBytes, rightBytes, width: width) { index in
        guard left[index].isFinite, right[index].isFinite else { return false }
        // Doubles tell integers of 64 bits apart up to 2⁵³.
        if component.isInteger, left[index] == right[index] {
          sums.addHidden(distance: codes.distance(leftBytes, rightBytes, at: index))
        }
        return true
      }
      ulps = max(ulps, distance)
    }
    if isEqual { return (true, NumericDifference.none) }
    return (
      false,
      sums.difference(
        ulps: codes == nil ? nil : ulps, codesAreValues: component.isInteger)
    )
  }

  private var isAbsent: Bool { if case .absent = self { true } else { false } }
}

extension DType {
  /// The ordered type that an element consists of: itself, or the parts of a complex number; nil
  /// for types that share bytes.
  fileprivate var component: DType? {
    switch self {
    case .c32: .f16
    case .c64: .f32
    case .c128: .f64
    default: byteWidth == nil ? nil : self
    }
  }

  fileprivate var isInteger: Bool {
    switch self {
    case .bool, .u8, .u16, .u32, .u64, .i8, .i16, .i32, .i64: true
    default: false
    }
  }
}

extension Storage {
  /// Whether both hold the same bytes; lets the pages of mapped files go as it proceeds.
  fileprivate func hasSameBytes(as other: Storage) -> Bool {
    guard byteCount == other.byteCount else { return false }
    var start = 0
    while start < byteCount {
      let range = start..<min(start + Tensor.chunkByteCount, byteCount)
      defer {
        forget(range)
        other.forget(range)
      }
      guard bytes.extracting(range).hasSameBytes(as: other.bytes.extracting(range)) else {
        return false
      }
      start = range.upperBound
    }
    return true
  }
}

extension RawSpan {
  /// Whether both have the same length and content.
  fileprivate func hasSameBytes(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount, byteCount > 0 else { return byteCount == other.byteCount }
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return true }
        return unsafe memcmp(left, right, byteCount) == 0
      }
    }
  }
}

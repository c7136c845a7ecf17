internal import Diagnostics
public import TensorCore

/// The elements of a tensor, read a range at a time by several threads.
public struct MergeElements: Sendable {
  /// The bytes.
  let storage: Storage
  /// The type of the elements.
  public let dtype: DType
  private let width: Int

  /// Elements that lie one behind the other in a storage; nil for what is no float that can be
  /// computed with.
  public init?(_ storage: Storage, _ dtype: DType) {
    guard dtype.isConvertibleFloat, let width = dtype.byteWidth else { return nil }
    self.storage = storage
    self.dtype = dtype
    self.width = width
  }

  /// How many there are.
  var count: Int { storage.byteCount / width }

  /// Reads a range as floats, rounded to a type. `bytes` is room for their stored form. Throws F04
  /// where the file has become shorter.
  func read(
    _ range: Range<Int>, into target: UnsafeMutablePointer<Float>, as type: DType,
    by bytes: UnsafeMutableRawBufferPointer
  ) throws(Rejection) {
    let count = range.count
    guard dtype != .f32 else {
      try storage.read(
        range.lowerBound * 4,
        into: UnsafeMutableRawBufferPointer(start: target, count: count * 4))
      return Float.round(target, count, to: type)
    }
    let part = UnsafeMutableRawBufferPointer(rebasing: bytes[0..<(count * width)])
    try storage.read(range.lowerBound * width, into: part)
    dtype.widen(part.baseAddress, into: target, count)
    if dtype != type { Float.round(target, count, to: type) }
  }

  /// Reads a range as doubles. Throws F04 where the file has become shorter.
  func read(
    _ range: Range<Int>, into target: UnsafeMutablePointer<Double>,
    by bytes: UnsafeMutableRawBufferPointer
  ) throws(Rejection) {
    guard dtype != .f64 else {
      return try storage.read(
        range.lowerBound * 8,
        into: UnsafeMutableRawBufferPointer(start: target, count: range.count * 8))
    }
    // Every other float is a float32.
    let floats = UnsafeMutablePointer<Float>.allocate(capacity: range.count)
    defer { floats.deallocate() }
    try read(range, into: floats, as: .f32, by: bytes)
    for index in 0..<range.count { target[index] = Double(floats[index]) }
  }
}

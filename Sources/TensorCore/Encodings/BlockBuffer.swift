internal import Diagnostics

/// Collects decoded numbers, run after run, and hands them out in blocks of one size.
///
/// Rows and groups have any length, from one element to millions; what reads the numbers wants
/// blocks that fit a cache.
struct BlockBuffer: ~Copyable {
  /// Takes a full block, or the last one.
  typealias Body = (Span<Float>) throws(Rejection) -> Void

  private let base: UnsafeMutablePointer<Float>
  private let capacity: Int
  private var count = 0

  /// A buffer for a tensor of `elementCount` elements.
  init(elementCount: Int) {
    capacity = min(EncodedTensor.blockElements, max(elementCount, 1))
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// Appends a run of `total` elements. `fill` writes the elements of a part of the run, given as
  /// a range within it, to the address that it is passed; a run may need several parts.
  mutating func append(
    _ total: Int, to body: Body, _ fill: (UnsafeMutablePointer<Float>, Range<Int>) -> Void
  ) throws(Rejection) {
    var done = 0
    while done < total {
      let part = done..<(done + min(total - done, capacity - count))
      fill(base + count, part)
      done = part.upperBound
      count += part.count
      if count == capacity { try flush(to: body) }
    }
  }

  /// Hands out what is left.
  mutating func flush(to body: Body) throws(Rejection) {
    guard count > 0 else { return }
    let block = Span(_unsafeStart: UnsafePointer(base), count: count)
    count = 0
    try body(block)
  }
}

internal import Glibc
internal import Synchronization

/// Memory for one result, written once and then only read.
///
/// A computation frees and asks for blocks of the same few sizes over and over. Given back to the
/// system they would be zeroed and mapped anew each time, which costs a quarter of the time of a
/// model's forward pass; freed blocks are therefore kept for the next result of their size.
///
/// Unchecked because of the pointer: nobody writes after `init`, and the last owner gives it back.
public final class MemoryBlock: @unchecked Sendable {
  private let address: UnsafeMutableRawPointer
  private let capacity: Int
  /// How many bytes were asked for.
  public let byteCount: Int

  /// A block of bytes, aligned to 64, that `fill` writes, all of them.
  public init(byteCount: Int, filledBy fill: (UnsafeMutableRawBufferPointer) -> Void) {
    precondition(byteCount >= 0, "a block has a length")
    self.byteCount = byteCount
    capacity = MemoryPool.capacity(for: byteCount)
    unsafe address = MemoryPool.take(capacity)
    unsafe fill(UnsafeMutableRawBufferPointer(start: address, count: byteCount))
  }

  deinit { unsafe MemoryPool.give(address, capacity) }

  /// The bytes, valid while this object is.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // The memory is this object's until `deinit`.
      let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(address), byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

/// Memory for numbers on the way, which is given back for the next block of its size.
package enum WorkingMemory {
  /// Calls `body` with bytes, aligned to 64, of which nothing is known.
  package static func with<Result, Failure>(
    byteCount: Int,
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let capacity = MemoryPool.capacity(for: byteCount)
    let address = unsafe MemoryPool.take(capacity)
    defer { unsafe MemoryPool.give(address, capacity) }
    return try unsafe body(UnsafeMutableRawBufferPointer(start: address, count: byteCount))
  }
}

/// Freed blocks by their size, up to a bound.
private enum MemoryPool {
  private struct Kept: Sendable {
    var blocks: [Int: [UInt]] = [:]
    var byteCount = 0
  }

  private static let kept = Mutex(Kept())
  /// Smaller blocks are as quick to get from the system's allocator.
  private static let smallest = 1 << 15
  private static let limit = 1 << 27
  private static let alignment = 64

  /// The size that is asked for instead: one of eight between a power of two and the next, so that
  /// blocks of nearly the same size take each other's place.
  static func capacity(for byteCount: Int) -> Int {
    guard byteCount > smallest else { return max(byteCount, 1) }
    let step = 1 << (Int.bitWidth - byteCount.leadingZeroBitCount - 4)
    return (byteCount + step - 1) & ~(step - 1)
  }

  static func take(_ capacity: Int) -> UnsafeMutableRawPointer {
    if capacity > smallest, let block = takeKept(capacity) { return unsafe block }
    // As where Swift itself finds no memory: no caller could go on without its result.
    guard let block = unsafe aligned_alloc(alignment, capacity.roundedUp(to: alignment)) else {
      fatalError("no memory for \(capacity) bytes")
    }
    return unsafe block
  }

  private static func takeKept(_ capacity: Int) -> UnsafeMutableRawPointer? {
    let address = kept.withLock { kept -> UInt? in
      guard let address = kept.blocks[capacity]?.popLast() else { return nil }
      kept.byteCount -= capacity
      return address
    }
    return unsafe address.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
  }

  static func give(_ block: UnsafeMutableRawPointer, _ capacity: Int) {
    guard capacity > smallest, capacity <= limit else { return unsafe free(block) }
    let address = UInt(bitPattern: block)
    let dropped = kept.withLock { kept -> [UInt] in
      var dropped: [UInt] = []
      if kept.byteCount + capacity > limit {
        // What is of other sizes was wanted before, and goes first, where that makes room.
        let own = kept.blocks[capacity] ?? []
        guard (own.count + 1) * capacity <= limit else { return [address] }
        kept.blocks[capacity] = nil
        dropped = kept.blocks.values.flatMap(\.self)
        kept = Kept(blocks: [capacity: own], byteCount: own.count * capacity)
      }
      kept.blocks[capacity, default: []].append(address)
      kept.byteCount += capacity
      return dropped
    }
    for address in dropped { unsafe free(UnsafeMutableRawPointer(bitPattern: address)) }
  }
}

extension Int {
  fileprivate func roundedUp(to multiple: Int) -> Int {
    (self + multiple - 1) / multiple * multiple
  }
}

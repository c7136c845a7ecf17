internal import CKernels

/// Random numbers that are a function of a key and a counter: Philox 4×32-10 (Salmon et al. 2011).
///
/// The same seed and stream give the same numbers on any machine, whatever was drawn elsewhere.
public struct Philox: Sendable {
  private let seed: UInt64
  private let stream: UInt64
  private var position: UInt64 = 0
  private var buffer: [UInt32] = []

  /// The stream of a seed.
  public init(seed: UInt64, stream: UInt64 = 0) { (self.seed, self.stream) = (seed, stream) }

  /// The next 32 bits.
  public mutating func next() -> UInt32 {
    if buffer.isEmpty { buffer = next(4).reversed() }
    return buffer.removeLast()
  }

  /// The next numbers of 32 bits, which must not follow on single ones.
  public mutating func next(_ count: Int) -> [UInt32] {
    precondition(buffer.isEmpty, "numbers are drawn one by one or many at once")
    defer { position += UInt64(count) }
    return [UInt32](unsafeUninitializedCapacity: count) { target, initialized in
      fill(target, from: Int(position))
      initialized = count
    }
  }

  /// Fills memory with the numbers from a position in the stream on; nothing counts as drawn.
  package func fill(_ target: UnsafeMutableBufferPointer<UInt32>, from position: Int) {
    birdie_kernels().pointee.philox_fill(
      target.baseAddress, target.count, UInt64(position), seed, stream)
  }

  /// A whole number below `bound`, which is at most 2³²; each about equally likely.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32, "there is no number below \(bound)")
    return Int((UInt64(next()) * UInt64(bound)) >> 32)
  }
}

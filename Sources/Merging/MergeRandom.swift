internal import CKernels
internal import TensorCore

/// Where the random numbers of a merge come from.
public enum MergeRandom: Sendable {
  /// Numbers that depend on a seed, the tensor's name and the input alone (Philox).
  case keyed(seed: UInt64)
  /// The numbers of torch's generator, one after the other through the whole merge.
  case sequence(MersenneTwister)

  /// A number for each element of an input, in order.
  func draws(for name: String, input: Int) -> MergeDraws {
    switch self {
    case .keyed(let seed):
      var digest = BLAKE3Digest()
      digest.update(Array("\(input) \(name)".utf8).span.bytes)
      let stream = UInt64(digest.hexadecimal().prefix(16), radix: 16) ?? 0
      return .keyed(Philox(seed: seed, stream: stream))
    case .sequence(let generator): return .sequence(generator)
    }
  }

  /// Passes over numbers that were drawn elsewhere.
  public mutating func skip(_ count: Int) {
    guard case .sequence(var generator) = self else { return }
    generator.skip(count)
    self = .sequence(generator)
  }
}

/// Numbers of 32 bits for the elements of a tensor, drawn in order.
enum MergeDraws: Sendable {
  case keyed(Philox)
  case sequence(MersenneTwister)

  /// The numbers of the next part.
  mutating func next(_ count: Int) -> PartDraws {
    switch self {
    case .keyed(let generator): return .keyed(generator)
    case .sequence(var generator):
      defer { self = .sequence(generator) }
      return .drawn(generator.next(count))
    }
  }
}

/// The numbers of a part of a tensor.
enum PartDraws: Sendable {
  /// Nothing is decided by chance.
  case nothing
  /// A function of the element's place in the tensor, computed where they are wanted.
  case keyed(Philox)
  /// One for each element of the part.
  case drawn([UInt32])

  /// Gives the numbers of a range of the tensor's elements; `start` is the first of the part.
  func with(_ range: Range<Int>, of start: Int, _ body: (UnsafePointer<UInt32>) -> Void) {
    switch self {
    case .nothing: return
    case .keyed(let generator):
      WorkingMemory.with(byteCount: range.count * 4) { memory in
        let numbers = memory.bindMemory(to: UInt32.self)
        generator.fill(numbers, from: range.lowerBound)
        if let base = numbers.baseAddress { body(base) }
      }
    case .drawn(let numbers):
      numbers.withUnsafeBufferPointer { numbers in
        if let base = numbers.baseAddress { body(base + (range.lowerBound - start)) }
      }
    }
  }
}

/// MT19937 (Matsumoto and Nishimura 1998), seeded as torch seeds it.
public struct MersenneTwister: Sendable {
  private var state: birdie_mt19937

  /// The generator of a seed, of which the lower 32 bits count.
  public init(seed: UInt64) {
    state = birdie_mt19937()
    birdie_mt19937_init(&state, UInt32(truncatingIfNeeded: seed))
  }

  /// The next numbers.
  mutating func next(_ count: Int) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: count) { target, initialized in
      birdie_mt19937_fill(&state, target.baseAddress, count)
      initialized = count
    }
  }

  /// Passes over numbers.
  mutating func skip(_ count: Int) { birdie_mt19937_fill(&state, nil, count) }
}

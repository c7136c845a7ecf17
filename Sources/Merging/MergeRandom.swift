internal import CKernels

/// Where the random numbers of a merge come from.
public enum MergeRandom: Sendable {
  /// Numbers that depend on a seed, the tensor's name and the input alone (Philox).
  case keyed(seed: UInt64)
  /// The numbers of torch's generator, one after the other through the whole merge.
  case sequence(MersenneTwister)

  /// A number for each element of an input, in order.
  func draws(for name: String, input: Int, count: Int) -> MergeDraws {
    switch self {
    case .keyed(let seed):
      // FNV-1a (Fowler, Noll and Vo) of the name, then the input.
      var hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
        (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      hash = (hash ^ UInt64(input)) &* 0x100_0000_01b3
      return MergeDraws(source: .keyed(key: seed, stream: hash))
    case .sequence(let generator): return MergeDraws(source: .sequence(generator))
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
struct MergeDraws: Sendable {
  enum Source: Sendable {
    case keyed(key: UInt64, stream: UInt64)
    case sequence(MersenneTwister)
  }

  private var source: Source
  private var position = 0

  init(source: Source) { self.source = source }

  /// The next numbers.
  mutating func next(_ count: Int) -> [UInt32] {
    defer { position += count }
    switch source {
    case .keyed(let key, let stream):
      return [UInt32](unsafeUninitializedCapacity: count) { target, initialized in
        birdie_philox_fill(target.baseAddress, count, UInt64(position), key, stream)
        initialized = count
      }
    case .sequence(var generator):
      let numbers = generator.next(count)
      source = .sequence(generator)
      return numbers
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

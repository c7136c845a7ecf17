internal import TensorCore

/// The elements whose magnitudes lie in a range.
struct RankWindow<Real: MergeReal>: Sendable {
  /// What is known of the elements of a part of the tensor.
  private enum Members: Sendable {
    /// Their absolute values, in order.
    case numbers([Real])
    /// How many have each magnitude.
    case counts([Int])
  }

  /// The range.
  let range: ClosedRange<UInt64>
  /// How many elements there are.
  private(set) var count = 0
  private var smaller = 0
  private var parts: [Members] = []
  private let dtype: DType
  /// Bits below those in which magnitudes differ.
  private let shift: UInt64

  /// Magnitudes that are counted instead of kept, at most.
  private static var mostCounts: UInt64 { 256 }

  /// A window without elements, which are rounded to a type.
  init(_ range: ClosedRange<UInt64>, _ dtype: DType) {
    (self.range, self.dtype) = (range, dtype)
    shift = MagnitudeDigits<Real>(dtype).emptyWidth
  }

  /// The ranks of the elements.
  var ranks: Range<Int> { smaller..<(smaller + count) }

  /// How many numbers are in memory.
  var storedCount: Int {
    parts.reduce(0) { sum, part in
      switch part {
      case .numbers(let numbers): sum + numbers.count
      case .counts(let counts): sum + counts.count
      }
    }
  }

  /// Takes those of some numbers that lie in the range, for the one part there is.
  mutating func take(_ numbers: UnsafePointer<Real>, _ count: Int) {
    WorkingMemory.with(byteCount: count * MemoryLayout<Real>.stride) { memory in
      let target = memory.bindMemory(to: Real.self)
      guard let start = target.baseAddress else { return }
      let taken = Real.gather(range, of: numbers, count, into: start, smaller: &smaller)
      self.count += taken
      add(target[..<taken])
    }
  }

  private mutating func add(_ numbers: Slice<UnsafeMutableBufferPointer<Real>>) {
    let values = place(of: range.upperBound) + 1
    // Taken out first, so that nothing is copied.
    switch parts.popLast() ?? (values > Self.mostCounts ? .numbers([]) : .counts(none(values))) {
    case .numbers(var own):
      own += numbers
      parts.append(.numbers(own))
    case .counts(var counts):
      for number in numbers { counts[Int(place(of: number.magnitudeBits))] += 1 }
      parts.append(.counts(counts))
    }
  }

  private func none(_ count: UInt64) -> [Int] { [Int](repeating: 0, count: Int(count)) }

  private func place(of magnitude: UInt64) -> UInt64 {
    magnitude >> shift - range.lowerBound >> shift
  }

  /// Adds the next part, or forgets all elements.
  mutating func join(_ part: RankWindow, keeps: Bool) {
    count += part.count
    smaller += part.smaller
    if keeps { parts.append(contentsOf: part.parts) } else { parts = [] }
  }

  /// The magnitude of a rank that lies in the window.
  func magnitude(at rank: Int) -> RankSelection<Real>.Place {
    var (numbers, counts) = ([[Real]](), [Int]())
    for part in parts {
      switch part {
      case .numbers(let own): numbers.append(own)
      case .counts(let own): counts = counts.isEmpty ? own : zip(counts, own).map(+)
      }
    }
    guard counts.isEmpty else {
      var (before, value) = (smaller, 0)
      while before + counts[value] <= rank {
        before += counts[value]
        value += 1
      }
      return ((range.lowerBound >> shift + UInt64(value)) << shift, before, counts[value])
    }
    let own = MagnitudeDigits<Real>(dtype).magnitude(at: rank - smaller, of: numbers)
    return (own.value, own.smaller + smaller, own.equal)
  }

  /// How many of a magnitude in the range each part has.
  func ties(_ magnitude: UInt64) -> [Int] {
    parts.map { part in
      switch part {
      case .numbers(let numbers): Real.count(of: magnitude, in: numbers, numbers.count)
      case .counts(let counts): counts[Int(place(of: magnitude))]
      }
    }
  }
}

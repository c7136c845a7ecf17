internal import TensorCore

/// The elements whose magnitudes lie in a range.
struct RankWindow<Real: MergeReal>: Sendable {
  /// The range.
  let range: ClosedRange<UInt64>
  /// How many elements there are.
  private(set) var count = 0
  private var smaller = 0
  /// The absolute values in the order of the elements, for each part of the tensor.
  private var parts: [[Real]] = []

  /// A window without elements.
  init(_ range: ClosedRange<UInt64>) { self.range = range }

  /// The ranks of the elements.
  var ranks: Range<Int> { smaller..<(smaller + count) }

  /// Takes those of some numbers that lie in the range, for the one part there is.
  mutating func take(_ numbers: UnsafePointer<Real>, _ count: Int) {
    WorkingMemory.with(byteCount: count * MemoryLayout<Real>.stride) { memory in
      let target = memory.bindMemory(to: Real.self)
      guard let start = target.baseAddress else { return }
      let taken = Real.gather(range, of: numbers, count, into: start, smaller: &smaller)
      self.count += taken
      if parts.isEmpty { parts = [[]] }
      parts[0] += target[..<taken]
    }
  }

  /// Adds the next part, or forgets all elements.
  mutating func join(_ part: RankWindow, keeps: Bool) {
    count += part.count
    smaller += part.smaller
    if keeps { parts.append(part.parts.first ?? []) } else { parts = [] }
  }

  /// The magnitude of a rank that lies in the window.
  func magnitude(at rank: Int, _ dtype: DType) -> RankSelection<Real>.Place {
    let own = MagnitudeDigits<Real>(dtype).magnitude(at: rank - smaller, of: parts)
    return (own.value, own.smaller + smaller, own.equal)
  }

  /// How many of a magnitude in the range each part has.
  func ties(_ magnitude: UInt64) -> [Int] {
    parts.map { Real.count(of: magnitude, in: $0, $0.count) }
  }
}

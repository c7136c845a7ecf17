import Diagnostics
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import Merging

/// Ranks beside sorting, and how often the elements are read for them.
struct RankSelectionTests {
  /// Elements that need a sample, in more than one part.
  static let count = 1 << 19

  enum Shape: CaseIterable {
    case bell
    /// Most are equal, and many are zero.
    case steps
    /// A sample of few rows says little of the others.
    case growing
    case zeros
    /// NaNs come after infinities.
    case special
  }

  static func numbers(_ shape: Shape, _ count: Int) -> [Float] {
    var random = SplitMix()
    return (0..<count).map { index in
      let uniform = Float(random.next() >> 40) * 0x1p-24 - 0.5
      return switch shape {
      case .bell: uniform * (Float(random.next() >> 40) * 0x1p-24)
      case .steps: (uniform * 6).rounded(.towardZero)
      case .growing: uniform * Float(index)
      case .zeros: 0
      case .special: index % 3 == 0 ? .nan : index % 3 == 1 ? -.infinity : uniform
      }
    }
  }

  static func work<Real: MergeReal>(
    _ numbers: [Float], as type: DType = .f32, of _: Real.Type = Float.self
  ) throws -> MergeWork<Real> {
    let tensor = Tensor(numbers, .f32, [numbers.count])
    let method = WeightedAverage.family[0]
    let task = try MergeRun.task(
      method, [tensor], base: nil, as: type, shared: [:], each: [], random: .keyed(seed: 0),
      name: "w")
    return MergeWork(task, type) { _ in }
  }

  /// How often blocks were asked for.
  final class Reads: Sendable {
    let elements = Atomic<Int>(0)

    /// A sample is a small part of a pass.
    var passes: Int {
      let count = RankSelectionTests.count
      return (elements.load(ordering: .relaxed) + count / 2) / count
    }
  }

  func selection<Real: MergeReal>(
    _ work: MergeWork<Real>, _ spans: MergeSpans? = nil, near ranks: [Int],
    mostStored: Int = 1 << 22, _ reads: Reads = Reads()
  ) throws -> RankSelection<Real> {
    try RankSelection(
      work, spans ?? work.spans, scratch: 0, near: { _ in ranks }, mostStored: mostStored
    ) { block in
      reads.elements.add(block.count, ordering: .relaxed)
      return block.inputs[0]
    }
  }

  @Test(arguments: Shape.allCases, [1 << 10, count])
  func `a rank has the magnitude that sorting gives it`(shape: Shape, count: Int) throws {
    let numbers = Self.numbers(shape, count)
    try expectSorted(try Self.work(numbers), numbers, [0, count / 5, count / 2, count - 1])
  }

  @Test(arguments: Shape.allCases)
  func `so it is in bfloat16, where many are equal`(shape: Shape) throws {
    var numbers = Self.numbers(shape, Self.count)
    Float.round(&numbers, numbers.count, to: .bf16)
    try expectSorted(
      try Self.work(numbers, as: .bf16), numbers, [Self.count / 2, Self.count - 2])
  }

  @Test(arguments: Shape.allCases)
  func `so it is in double precision, and with rows that stay whole`(shape: Shape) throws {
    let numbers = Self.numbers(shape, Self.count)
    let work = try Self.work(numbers, as: .f64, of: Double.self)
    for spans in [work.spans, work.rows(of: 1 << 6), work.rows(of: 1 << 18)] {
      // Ranks that are none have nothing near them.
      try expectSorted(work, numbers.map(Double.init), [-7, 1 << 40, Self.count / 2], spans)
    }
  }

  func expectSorted<Real: MergeReal>(
    _ work: MergeWork<Real>, _ numbers: [Real], _ ranks: [Int], _ spans: MergeSpans? = nil
  ) throws {
    let sorted = numbers.map(\.magnitudeBits).sorted()
    let selection = try selection(work, spans, near: ranks)
    #expect(selection.zeroCount == sorted.count { $0 == 0 })
    // Also ranks that nobody announced.
    for rank in ranks + [numbers.count / 3, 1] where sorted.indices.contains(rank) {
      let found = try selection.magnitude(at: rank)
      #expect(found.value == sorted[rank])
      #expect(found.smaller == sorted.firstIndex(of: sorted[rank]))
      #expect(found.equal == sorted.count { $0 == sorted[rank] })
    }
  }

  @Test(arguments: Shape.allCases, [1 << 22, 100])
  func `as many are kept as there are ranks, of equal ones the first`(
    shape: Shape, mostStored: Int
  ) throws {
    let numbers = Self.numbers(shape, Self.count)
    let work = try Self.work(numbers)
    let order = numbers.indices.sorted {
      (numbers[$0].magnitudeBits, $0) < (numbers[$1].magnitudeBits, $1)
    }
    for ranks in [Self.count / 2..<Self.count, Self.count / 4..<Self.count * 3 / 4] {
      let selection = try selection(
        work, near: [ranks.lowerBound, ranks.upperBound - 1], mostStored: mostStored)
      let ranges = try selection.keeping(ranks)
      var kept: [Int] = []
      for span in 0..<work.spans.total {
        var range = ranges[span]
        for index in work.spans[span] where Self.keeps(&range, numbers[index].magnitudeBits) {
          kept.append(index)
        }
      }
      let expected = Self.kept(ranks, order, numbers)
      #expect(kept == expected)
    }
  }

  /// Whether the next element with a magnitude is kept.
  static func keeps(_ range: inout MagnitudeRange, _ magnitude: UInt64) -> Bool {
    if magnitude == range.low { return takes(&range.lowLeft) }
    if magnitude == range.high { return takes(&range.highLeft) }
    return magnitude > range.low && magnitude < range.high
  }

  private static func takes(_ left: inout UInt64) -> Bool {
    guard left > 0 else { return false }
    left -= 1
    return true
  }

  /// The elements of some ranks; of those equal to the least of them the first ones.
  static func kept(_ ranks: Range<Int>, _ order: [Int], _ numbers: [Float]) -> [Int] {
    let low = numbers[order[ranks.lowerBound]].magnitudeBits
    let high = numbers[order[ranks.upperBound - 1]].magnitudeBits
    var counts: [UInt64: Int] = [:]
    for end in [low, high] { counts[end] = 0 }
    for rank in ranks {
      let magnitude = numbers[order[rank]].magnitudeBits
      if magnitude == low || magnitude == high { counts[magnitude, default: 0] += 1 }
    }
    return numbers.indices.filter { index in
      let magnitude = numbers[index].magnitudeBits
      guard let left = counts[magnitude] else { return magnitude > low && magnitude < high }
      counts[magnitude] = left - 1
      return left > 0
    }
  }

  @Test(arguments: [DType.f32, .bf16])
  func `one pass is enough where a sample tells the truth`(type: DType) throws {
    var numbers = Self.numbers(.bell, Self.count)
    Float.round(&numbers, numbers.count, to: type)
    let work: MergeWork<Float> = try Self.work(numbers, as: type)
    let reads = Reads()
    let selection = try selection(work, near: [Self.count / 2], reads)
    _ = try selection.keeping(Self.count / 2..<Self.count)
    #expect(reads.passes == 1)
    // Ranks that were not announced share the pass for the first digit; bfloat16 has one.
    for rank in [Self.count / 9, Self.count / 8] { _ = try selection.magnitude(at: rank) }
    #expect(reads.passes == (type == .bf16 ? 2 : 4))
  }

  @Test func `of few magnitudes no element is kept in memory`() throws {
    let work: MergeWork<Float> = try Self.work(Self.numbers(.steps, Self.count))
    let reads = Reads()
    let selection = try selection(work, near: [Self.count / 2], mostStored: 1 << 10, reads)
    _ = try selection.keeping(Self.count / 2..<Self.count)
    #expect(reads.passes == 1)
  }
}

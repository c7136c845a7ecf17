import Glibc
import Synchronization
import TensorCore
import Testing

@testable import TensorOps

/// Loops with helpers, whatever budget the process has.
struct ParallelTaskTests {
  /// How often each index was taken.
  private final class Counts: Sendable {
    private let values: [Value]

    init(_ count: Int) { values = (0..<count).map { _ in Value() } }

    func add(_ index: Int) { values[index].count.add(1, ordering: .relaxed) }

    var all: [Int] { values.map { $0.count.load(ordering: .relaxed) } }

    private final class Value: Sendable {
      let count = Atomic<Int>(0)
    }
  }

  @Test(arguments: [0, 1, 2, 17])
  func `every index is taken once, and results have its order`(count: Int) {
    let counts = Counts(count)
    let task = ParallelTask(count) { counts.add($0) }
    task.finish()
    #expect(counts.all.allSatisfy { $0 == 1 })
    let map = ParallelMap(count) { $0 * $0 }
    #expect(map.join() == (0..<count).map { $0 * $0 })
  }

  private final class Gate: Sendable {
    let started = Atomic<Int>(0)
    let isOpen = Atomic<Bool>(false)
    let ended = Atomic<Int>(0)

    func pass() {
      started.add(1, ordering: .relaxed)
      while !isOpen.load(ordering: .relaxed) { usleep(1000) }
      ended.add(1, ordering: .relaxed)
    }
  }

  @Test func `a loop that is let go waits for the calls under way and makes no others`() {
    let gate = Gate()
    func start() {
      let task = ParallelTask(1000) { _ in gate.pass() }
      let opener = ParallelTask(1, helpers: 1) { _ in
        usleep(300_000)
        gate.isOpen.store(true, ordering: .relaxed)
      }
      _ = consume task
      // Where the budget had no helper to open it.
      opener.finish()
    }
    start()
    let (started, ended) = (
      gate.started.load(ordering: .relaxed), gate.ended.load(ordering: .relaxed)
    )
    #expect(started == ended)
    #expect(started < 1000)
    usleep(20_000)
    #expect(gate.started.load(ordering: .relaxed) == started)
  }

  @Test func `a loop of one index leaves threads to the loops inside it`() {
    func innerHelpers(outer: Int) -> Int {
      let inner = Atomic<Int>(0)
      ParallelTask(1, helpers: outer) { _ in
        inner.store(ParallelTask(8, helpers: 7) { _ in }.helperCount, ordering: .relaxed)
      }.finish()
      return inner.load(ordering: .relaxed)
    }
    // Other tests change the budget of all.
    let before = MachineBudget.threadCount
    let (alone, helped) = (innerHelpers(outer: 0), innerHelpers(outer: 1))
    guard before == MachineBudget.threadCount else { return }
    #expect(alone == min(before - 1, 7))
    #expect(helped == 0)
  }
}

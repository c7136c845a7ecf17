import Glibc
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import TensorOps

/// Loops on several threads, whatever the machine has; other tests' budgets are left alone.
@Suite(.serialized)
struct ParallelTaskTests {
  private final class Log: Sendable {
    private let entries = Mutex<[Int]>([])
    func add(_ entry: Int) { entries.withLock { $0.append(entry) } }
    var sorted: [Int] { entries.withLock { $0.sorted() } }
  }

  @Test(arguments: [0, 1, 2, 17])
  func `every index is taken once, and results have its order`(count: Int) {
    let log = Log()
    let task = ParallelTask(count) { log.add($0) }
    task.finish()
    #expect(log.sorted == Array(0..<count))
    let map = ParallelMap(count) { $0 * $0 }
    #expect(map.join() == (0..<count).map { $0 * $0 })
  }

  @Test func `a loop that is let go makes no calls afterwards`() {
    let log = Log()
    func start() {
      let task = ParallelTask(1000) { index in log.add(index) }
      _ = task
    }
    start()
    let count = log.sorted.count
    for _ in 0..<100 { sched_yield() }
    #expect(log.sorted.count == count)
  }

  @Test func `a loop inside a loop of one index has threads of its own`() {
    guard MachineBudget.threadCount > 1 else { return }
    let threads = Mutex<Set<UInt>>([])
    let arrived = Atomic<Int>(0)
    ParallelFor.run(1) { _ in
      ParallelFor.run(2) { _ in
        threads.withLock { _ = $0.insert(UInt(pthread_self())) }
        // Each waits until the other has come, which one thread alone would do for ever.
        arrived.add(1, ordering: .relaxed)
        for _ in 0..<100_000_000 where arrived.load(ordering: .relaxed) < 2 { sched_yield() }
      }
    }
    #expect(threads.withLock { $0.count } == 2)
  }
}

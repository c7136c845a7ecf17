internal import Glibc
internal import Synchronization
internal import TensorCore

/// The one place that starts threads for arithmetic.
public enum ParallelFor {
  /// Set on threads that already work for a loop: a loop inside another runs where it is.
  private static let insideKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Calls `body` for every index below `count`, on as many threads as the budget allows.
  ///
  /// Which thread takes which index is open, so every index writes to places of its own; sums over
  /// indices are formed afterwards, in order. That keeps results the same for any thread count.
  public static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = min(MachineBudget.threadCount, count)
    guard threads > 1, pthread_getspecific(insideKey) == nil else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Counter()
    let work: @Sendable () -> Void = {
      pthread_setspecific(insideKey, UnsafeRawPointer(bitPattern: 1))
      while case let index = next.take(), index < count { body(index) }
      pthread_setspecific(insideKey, nil)
    }
    let others = (1..<threads).map { _ in BackgroundTask<Void>(work) }
    work()
    for other in others { other.join() }
  }

  /// What `body` gives for every index below `count`, in order.
  public static func map<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    run(count) { index in
      let result = body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
  }
}

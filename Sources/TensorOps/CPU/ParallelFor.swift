internal import Glibc
internal import Synchronization
internal import TensorCore

/// The one place that starts threads for arithmetic.
public enum ParallelFor {
  /// Calls `body` for every index below `count`, on as many threads as the budget allows.
  ///
  /// Which thread takes which index is open, so every index writes to places of its own; sums over
  /// indices are formed afterwards, in order. That keeps results the same for any thread count.
  public static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    ParallelTask(count, body).finish()
  }

  /// What `body` gives for every index below `count`, in order.
  public static func map<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    ParallelMap(count, body).join()
  }
}

/// A loop whose indices other threads take while its owner does something else.
public struct ParallelTask: Sendable {
  private let indices: Indices
  private let work: @Sendable () -> Void
  private let others: [BackgroundTask<Void>]

  /// Set on threads that already work for a loop: a loop inside another runs where it is.
  private static let insideKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Starts to call `body` for every index below `count`, on all threads of the budget but the
  /// owner's; it has to be finished or abandoned.
  public init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let indices = Indices(count)
    let work: @Sendable () -> Void = {
      let outer = pthread_getspecific(Self.insideKey)
      pthread_setspecific(Self.insideKey, UnsafeRawPointer(bitPattern: 1))
      while let index = indices.next() { body(index) }
      pthread_setspecific(Self.insideKey, outer)
    }
    let isInside = pthread_getspecific(Self.insideKey) != nil
    let threads = isInside ? 1 : max(min(MachineBudget.threadCount, count), 1)
    (self.indices, self.work) = (indices, work)
    others = (1..<threads).map { _ in BackgroundTask(work) }
  }

  /// Takes what indices are left, and waits for the other threads.
  public func finish() {
    work()
    for other in others { other.join() }
  }

  /// Waits for the calls that are under way; no others are made.
  public func abandon() {
    indices.drop()
    for other in others { other.abandon() }
  }

  /// The indices that nobody took so far.
  private final class Indices: Sendable {
    private let count: Int
    private let value = Atomic<Int>(0)

    init(_ count: Int) { self.count = count }

    func next() -> Int? {
      let index = value.wrappingAdd(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }

    func drop() { value.store(count, ordering: .relaxed) }
  }
}

/// A loop whose results are wanted later.
public struct ParallelMap<Result: Sendable>: Sendable {
  private let task: ParallelTask
  private let results: Results

  /// Starts to call `body` for every index below `count`, as `ParallelTask` does.
  public init(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) {
    let results = Results(count)
    self.results = results
    task = ParallelTask(count) { results.set(body($0), at: $0) }
  }

  /// Takes what is left, and gives the results in the order of the indices.
  public func join() -> [Result] {
    task.finish()
    return results.all
  }

  /// Waits for the calls that are under way; no others are made.
  public func abandon() { task.abandon() }

  private final class Results: Sendable {
    private let values: Mutex<[Result?]>

    init(_ count: Int) { values = Mutex([Result?](repeating: nil, count: count)) }

    func set(_ value: Result, at index: Int) { values.withLock { $0[index] = value } }

    var all: [Result] { values.withLock { $0.compactMap(\.self) } }
  }
}

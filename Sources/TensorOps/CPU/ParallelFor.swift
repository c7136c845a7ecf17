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
    ParallelTask(count, helpers: count - 1, body).finish()
  }

  /// What `body` gives for every index below `count`, in order.
  public static func map<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    ParallelMap(count, helpers: count - 1, body).join()
  }
}

/// A loop whose indices other threads take while its owner does something else.
///
/// One that is let go unfinished waits for the calls that are under way and makes no others.
package struct ParallelTask: ~Copyable {
  private let indices: Indices
  private let work: @Sendable () -> Void
  private let others: [BackgroundTask<Void>]

  /// Set on threads that work for a loop together: a loop inside another runs where it is.
  private static let insideKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Starts to call `body` for every index below `count`, on the threads that the budget has
  /// besides the owner's.
  package init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.init(count, helpers: count, body)
  }

  /// The same on at most so many threads besides the owner's.
  init(_ count: Int, helpers: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let indices = Indices(count)
    let isInside = pthread_getspecific(Self.insideKey) != nil
    let helpers = isInside ? 0 : max(min(MachineBudget.threadCount - 1, helpers), 0)
    let work: @Sendable () -> Void = {
      let outer = pthread_getspecific(Self.insideKey)
      if helpers > 0 { pthread_setspecific(Self.insideKey, UnsafeRawPointer(bitPattern: 1)) }
      while let index = indices.next() { body(index) }
      pthread_setspecific(Self.insideKey, outer)
    }
    (self.indices, self.work) = (indices, work)
    others = (0..<helpers).map { _ in BackgroundTask(work) }
  }

  /// How many threads work besides the owner's.
  var helperCount: Int { others.count }

  deinit {
    indices.drop()
    for other in others { other.abandon() }
  }

  /// Takes what indices are left, and waits for the other threads.
  package consuming func finish() {
    work()
    for other in others { other.join() }
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

/// A loop whose results are wanted later. One that is let go is abandoned as `ParallelTask` is.
package struct ParallelMap<Result: Sendable>: ~Copyable {
  private let task: ParallelTask
  private let results: Results

  /// Starts to call `body` for every index below `count`, as `ParallelTask` does.
  package init(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) {
    self.init(count, helpers: count, body)
  }

  /// The same on at most so many threads besides the owner's.
  init(_ count: Int, helpers: Int, _ body: @escaping @Sendable (Int) -> Result) {
    let results = Results(count)
    self.results = results
    task = ParallelTask(count, helpers: helpers) { results.set(body($0), at: $0) }
  }

  /// Takes what is left, and gives the results in the order of the indices.
  package consuming func join() -> [Result] {
    let results = results
    task.finish()
    return results.all
  }

  private final class Results: Sendable {
    private let values: Mutex<[Result?]>

    init(_ count: Int) { values = Mutex([Result?](repeating: nil, count: count)) }

    func set(_ value: Result, at index: Int) { values.withLock { $0[index] = value } }

    var all: [Result] { values.withLock { $0.compactMap(\.self) } }
  }
}

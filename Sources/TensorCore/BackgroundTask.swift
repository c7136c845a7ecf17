internal import Glibc

/// Work on a thread of its own, joined by whoever started it.
///
/// Unchecked because `result` is shared without a lock: the thread writes it before it ends, and
/// `join`, which its one owner calls, reads it after the thread was joined.
public final class BackgroundTask<Result: Sendable>: @unchecked Sendable {
  private var result: Result?
  private let body: @Sendable () -> Result
  private var thread = pthread_t()
  private var isStarted = false

  /// Starts `body`; where the budget or the system has no thread to give, `join` runs it instead.
  public init(_ body: @escaping @Sendable () -> Result) {
    self.body = body
    guard MachineBudget.threadCount > 1 else { return }
    let run = ThreadBody { [self] in result = self.body() }
    let argument = Unmanaged.passRetained(run)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    isStarted = status == 0
    if !isStarted { argument.release() }
  }

  /// Waits for the end if `body` was started; it is not run any more.
  public func abandon() {
    guard isStarted else { return }
    pthread_join(thread, nil)
    isStarted = false
  }

  /// Waits for the end and gives the result.
  public func join() -> Result {
    if isStarted {
      pthread_join(thread, nil)
      isStarted = false
    }
    let result = result ?? body()
    self.result = result
    return result
  }
}

/// What crosses the C interface of a thread.
private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

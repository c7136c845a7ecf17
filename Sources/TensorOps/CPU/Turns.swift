internal import Glibc

/// Lets threads that work on numbered items do one step of each item in the order of the numbers,
/// so that sums come out alike however many threads there are.
///
/// Whoever works on an item must have a number that was handed out after all smaller ones, as
/// `ParallelFor` does: then nobody waits forever.
///
/// Unchecked because the lock that guards the numbers is the C library's.
public final class Turns: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let change: UnsafeMutablePointer<pthread_cond_t>
  private var next: [Int]

  /// The turns of so many steps.
  public init(stepCount: Int) {
    next = [Int](repeating: 0, count: stepCount)
    lock = .allocate(capacity: 1)
    change = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(lock)
    change.deallocate()
    lock.deallocate()
  }

  /// Waits until every item before `item` has finished `step`.
  public func wait(for step: Int, of item: Int) {
    pthread_mutex_lock(lock)
    while next[step] < item { pthread_cond_wait(change, lock) }
    pthread_mutex_unlock(lock)
  }

  /// Says that `item` has finished `step`.
  public func finish(_ step: Int, of item: Int) {
    pthread_mutex_lock(lock)
    next[step] = max(next[step], item + 1)
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(lock)
  }
}

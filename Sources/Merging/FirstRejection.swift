internal import Diagnostics
internal import Synchronization

/// The first error of work on several threads.
final class FirstRejection: Sendable {
  private let first = Mutex<Rejection?>(nil)

  /// What work gives; nil where it throws.
  func catching<Value>(_ work: () throws(Rejection) -> Value) -> Value? {
    do throws(Rejection) { return try work() } catch {
      first.withLock { $0 = $0 ?? error }
      return nil
    }
  }

  /// Throws what was caught.
  func rethrow() throws(Rejection) {
    if let error = first.withLock({ $0 }) { throw error }
  }
}

import Synchronization

/// The progress of transfers, which tell of bytes from several threads.
final class TransferLine: Sendable {
  private let state: Mutex<(line: ProgressLine, done: Int)>
  private let total: Int

  /// Follows transfers of `total` bytes, or of as many as `update` says.
  init(_ verb: String, of total: Int = 0, isShown: Bool) {
    self.total = total
    state = Mutex((ProgressLine(verb, total: total, isShown: isShown), 0))
  }

  /// Adds bytes that are there.
  @Sendable func add(_ byteCount: Int) {
    state.withLock { state in
      state.done += byteCount
      guard total > 0 else { return }
      state.line.update(done: min(state.done, total))
    }
  }

  /// Tells how many of how many bytes are there.
  @Sendable func update(_ done: Int, of total: Int) {
    state.withLock { $0.line.update(done: min(done, total), of: total) }
  }

  /// Removes the line.
  func finish() { state.withLock { $0.line.finish() } }
}

internal import Diagnostics
internal import TensorCore

/// Works on the chunks of a source on several threads, and gives the results in their order.
struct ChunkPipeline<Result: Sendable> {
  /// More chunks than this are never held at once, whatever the machine.
  private static var mostChunks: Int { 8 }

  private let work: @Sendable ([UInt8]) -> Result

  /// A pipeline whose `work` depends on one chunk alone.
  init(_ work: @escaping @Sendable ([UInt8]) -> Result) { self.work = work }

  /// Cuts the source's `totalByteCount` bytes into chunks of `byteCount`, the last one what is
  /// left, and hands the result of each to `deliver` on this thread.
  func run(
    _ source: @escaping ComponentSource, of totalByteCount: Int, byteCount: Int,
    deliver: (Result) throws(Rejection) -> Void
  ) throws(Rejection) {
    let chunkCount = (totalByteCount + byteCount - 1) / max(byteCount, 1)
    let limit = min(MachineBudget.threadCount, Self.mostChunks, chunkCount)
    var tasks: [BackgroundTask<Result>] = []
    // A thread that is left behind would work on for nobody.
    defer { for task in tasks { _ = task.join() } }
    var pending: [UInt8] = []
    func start() throws(Rejection) {
      let chunk = pending
      pending = []
      guard limit > 1 else { return try deliver(work(chunk)) }
      tasks.append(BackgroundTask { [work] in work(chunk) })
      if tasks.count >= limit { try deliver(tasks.removeFirst().join()) }
    }
    try source { (bytes) throws(Rejection) in
      var position = 0
      while position < bytes.byteCount {
        if pending.isEmpty { pending.reserveCapacity(byteCount) }
        let end = min(position + byteCount - pending.count, bytes.byteCount)
        unsafe bytes.extracting(position..<end).withUnsafeBytes {
          unsafe pending.append(contentsOf: $0)
        }
        position = end
        if pending.count == byteCount { try start() }
      }
    }
    if !pending.isEmpty { try start() }
    while !tasks.isEmpty { try deliver(tasks.removeFirst().join()) }
  }
}

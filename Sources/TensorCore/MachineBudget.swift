internal import Glibc
internal import Synchronization

/// What the process may take of its machine, set once at the start by whoever owns the process.
///
/// No result depends on it: only speed does, and whether a hungry decoder is refused.
public enum MachineBudget {
  private static let threads = Atomic<Int>(0)
  private static let memory = Atomic<Int>(.max)

  /// Asked for once: the system reads a file for it.
  private static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// More threads than this help no machine, and a system may refuse them.
  private static let mostThreads = 1024

  /// The most threads that work at once: the processors on line unless `limit` said less.
  public static var threadCount: Int {
    let limit = threads.load(ordering: .relaxed)
    return limit > 0 ? limit : processorCount
  }

  /// The most bytes that decoders and buffers may ask for; `Int.max` unless `limit` said less.
  public static var memoryByteCount: Int { memory.load(ordering: .relaxed) }

  /// Sets what is not nil; at most 1024 threads.
  public static func limit(threadCount: Int?, memoryByteCount: Int?) {
    if let threadCount {
      threads.store(min(max(1, threadCount), mostThreads), ordering: .relaxed)
    }
    if let memoryByteCount { memory.store(memoryByteCount, ordering: .relaxed) }
  }
}

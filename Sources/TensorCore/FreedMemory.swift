internal import CSystem

/// What becomes of memory that is freed.
public enum FreedMemory {
  /// Keeps it for the next request, for the rest of the process.
  ///
  /// A model makes and drops the same large tensors for every window. Each would be mapped and
  /// unmapped, and the system fills fresh pages with zeros: a fifth of the time of an evaluation.
  public static func keep() { csystem_keep_freed_memory() }
}

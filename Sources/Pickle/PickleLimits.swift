/// How much a pickle may ask for before it counts as a bomb (rules P22 to P24, P26).
public struct PickleLimits: Sendable {
  /// Instructions run.
  public var opcodes = 50_000_000
  /// Values and marks on the stack at one time.
  public var stackDepth = 1_000_000
  /// Containers inside containers.
  public var nestingDepth = 1000
  /// Memo entries; also the first memo id that is refused.
  public var memoEntries = 10_000_000
  /// Bytes of all strings and byte strings together.
  public var totalStringBytes = 256 << 20
  /// Bytes of the module and the name of one import.
  public var symbolBytes = 2000
  /// Bytes of one integer.
  public var integerBytes = 4096
  /// Values met by a reader that walks the result as a tree, shared parts once per reference.
  public var expandedNodes = 200_000_000

  /// The limits that suit checkpoints; change what a caller knows better.
  public init() {}

  /// The limits that suit checkpoints.
  public static let `default` = PickleLimits()
}

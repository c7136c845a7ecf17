/// How much an archive may ask of the machine before it is refused as a bomb.
public struct ArchiveLimits: Sendable {
  /// The most entries that an archive may list.
  public var entryCount = 1_000_000
  /// The longest entry name, in bytes of UTF-8.
  public var nameByteCount = 4096
  /// The most bytes that the compressed entries of one archive may unpack to, all together.
  /// Stored entries do not count: they cannot be larger than the file.
  public var inflatedByteCount = 64 << 30
  /// How many times larger than its compressed form an entry may become.
  public var inflationRatio = 200
  /// The unpacked size in bytes up to which any ratio is harmless.
  public var inflationRatioFloor = 1 << 20

  /// The limits that suit checkpoints of any size seen in the wild.
  public static let `default` = ArchiveLimits()

  /// The default limits, to be adjusted one by one.
  public init() {}
}

/// What a xorb may ask of its reader.
public struct XorbLimits: Sendable {
  /// The most bytes of a xorb as it is stored.
  public var storedByteCount = 64 << 20
  /// The most chunks of a xorb.
  public var chunkCount = 8 << 10

  /// The protocol's limits: 64 MiB and 8192 chunks.
  public init() {}
}

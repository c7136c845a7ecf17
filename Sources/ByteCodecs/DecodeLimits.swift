/// What one stream may cost to decode, in bytes.
///
/// A stream may always expand to `unquestionedOutput`; beyond that its output must stay within
/// `maximumRatio` times its own length, and in any case within `maximumOutput`.
public struct DecodeLimits: Sendable {
  /// The most output of any stream.
  public var maximumOutput = 64 << 30
  /// The output at which the ratio begins to count.
  public var unquestionedOutput = 64 << 20
  /// The most output bytes per input byte, once `unquestionedOutput` is exceeded.
  public var maximumRatio = 200
  /// The most history that a stream may ask its decoder to keep.
  public var windowLimit = 128 << 20
  /// The most memory for what is not history: the models of ZPAQ and the whole output of lrzip.
  public var memoryLimit = 512 << 20
  /// The output's exact length, where the caller knows it: anything else is rejected under C10.
  public var expectedOutput: Int?

  /// The limits for artifacts of unknown origin.
  public init() {}

  /// The same limits for a stream that must decode to exactly `count` bytes.
  public func expecting(_ count: Int) -> DecodeLimits {
    var limits = self
    limits.expectedOutput = count
    return limits
  }

  /// The most output that a stream of `inputCount` bytes may have.
  public func allowance(inputCount: Int) -> Int {
    let (proportional, overflow) = inputCount.multipliedReportingOverflow(by: maximumRatio)
    return min(maximumOutput, max(unquestionedOutput, overflow ? .max : proportional))
  }
}

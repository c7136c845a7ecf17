/// What the cost of a compression must stay within; nil where the caller sets no limit.
public struct VerificationLimits: Sendable {
  /// The most bytes of artifact, code and decoder together.
  public var budget: Int?
  /// The most bytes of the artifact.
  public var byteCount: Int?
  /// The largest mean of KL(reference ‖ artifact), in nats.
  public var divergence: Double?
  /// By how much the bits per byte may grow.
  public var bitsPerByteLoss: Double?
  /// The smallest share of targets for which both find the same token likeliest.
  public var agreement: Double?
  /// The smallest ratio of signal to noise of any tensor, in decibels.
  public var signalToNoise: Double?

  /// No limits.
  public init() {}

  /// Whether one is on what only tokens tell.
  public var needTokens: Bool { divergence != nil || bitsPerByteLoss != nil || agreement != nil }
}

/// A limit, and what it was held against.
public struct VerificationCheck: Sendable {
  /// What is limited.
  public enum Kind: String, Sendable, CaseIterable {
    /// How many tensors are missing, left over, misshapen or without values to compare: none may.
    case tensors
    /// Bytes of artifact, code and decoder.
    case budget
    /// Bytes of the artifact.
    case byteCount = "max-bytes"
    /// The mean divergence.
    case divergence = "max-kl"
    /// The growth of the bits per byte.
    case bitsPerByteLoss = "max-bpb-loss"
    /// The agreement on the likeliest token.
    case agreement = "min-agreement"
    /// The worst tensor's ratio of signal to noise.
    case signalToNoise = "min-sqnr"

    /// Whether the limit is the least that is allowed, not the most.
    public var isLeast: Bool { self == .agreement || self == .signalToNoise }
  }

  /// What is limited.
  public let kind: Kind
  /// The limit.
  public let limit: Double
  /// What was found; nil where it could not be measured.
  public let value: Double?
  /// The tensor that the value is of.
  public var tensor: String?

  /// Whether the value is within the limit; what was not measured is not.
  public var holds: Bool {
    guard let value else { return false }
    return kind.isLeast ? value >= limit : value <= limit
  }
}

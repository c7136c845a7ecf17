public import JSON

/// What a record says about the run with one seed.
public struct SeedResult: Sendable {
  /// The seed.
  public let seed: Int
  /// Bits per byte of validation text.
  public let valBPB: Sourced<Double>?
  /// The loss in nats for each token.
  public let valLoss: Sourced<Double>?
  /// The bytes of the compressed model and the code.
  public let byteCount: Sourced<Int>?
  /// The training steps.
  public let stepCount: Sourced<Int>?
  /// Everything else that was said about it, as it stands.
  public let other: [(key: String, value: JSONValue)]

  /// As JSON, with every key present.
  public var json: JSONValue {
    .object([
      ("seed", .integer(seed)), ("val_bpb", JSONValue(sourced: valBPB)),
      ("val_loss", JSONValue(sourced: valLoss)), ("bytes", JSONValue(sourced: byteCount)),
      ("steps", JSONValue(sourced: stepCount)), ("other", .object(other)),
    ])
  }
}

extension JSONValue {
  init(sourced value: Sourced<Double>?) { self = value.map { .number($0.value) } ?? .null }
  init(sourced value: Sourced<Int>?) { self = value.map { .integer($0.value) } ?? .null }
  init(sourced value: Sourced<String>?) { self = value.map { .string($0.value) } ?? .null }
}

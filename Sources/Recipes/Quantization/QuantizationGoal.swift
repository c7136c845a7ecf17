/// What the steps of a quantization are chosen by.
public enum QuantizationGoal: Sendable, Equatable {
  /// Those of the methods' options, times a factor.
  case step(Double)
  /// As fine as an artifact of at most so many bytes allows.
  case bytes(Int)
  /// The same for so many bits of artifact per parameter of the checkpoint.
  case bitsPerParameter(Double)
  /// As coarse as a mean divergence KL(original ‖ quantized) of so many nats per token allows.
  case divergence(Double)
  /// As coarse as a loss of so many bits per byte of text allows.
  case bitsPerByteLoss(Double)
}

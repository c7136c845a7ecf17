public import Checkpoints
public import Diagnostics
internal import TensorCore

/// What a report shows of a compression besides its cost: layers, entropies, spreads of weights.
public struct CompressionProfile: Sendable {
  /// A tensor of the report.
  public struct Tensor: Sendable {
    /// What compression made of it.
    public let cost: TensorCost
    /// The layer that it belongs to, by its name.
    public let layer: String
    /// How it was quantized; nil where nobody says.
    public let weight: QuantizedWeight?
    /// The order-0 entropy of its codes, in bits for each weight; nil without any.
    public let orderZeroBitsPerWeight: Double?

    /// What quantized it; nil where nobody says.
    public var method: String? { weight?.method }
  }

  /// What compression cost.
  public let verification: Verification
  /// The tensors, in the order of the verification.
  public let tensors: [Tensor]
  /// The largest quantized tensors' weights, the largest first.
  public let histograms: [WeightHistogram]

  /// How many histograms are worth their room.
  private static let histogramCount = 6

  /// Reads the artifact once more; `weights` says how tensors were quantized. Throws what reading
  /// throws.
  public init(
    _ verification: Verification, of artifact: Checkpoint, against reference: Checkpoint,
    weights: [QuantizedWeight] = []
  ) throws(Rejection) {
    let held = Self.byName(artifact)
    let wanted = Self.byName(reference)
    let weights = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.verification = verification
    tensors = try verification.tensors.map { (cost) throws(Rejection) in
      Tensor(
        cost: cost, layer: Self.layer(of: cost.name), weight: weights[cost.name],
        orderZeroBitsPerWeight: try held[ExactText(cost.name)]?.orderZeroBitsPerElement())
    }
    let largest = verification.tensors.filter { $0.encoding != nil && $0.problem == nil }
      .sorted { $0.shape.elementCount > $1.shape.elementCount }.prefix(Self.histogramCount)
    histograms = try largest.map { (cost) throws(Rejection) -> WeightHistogram? in
      guard let tensor = held[ExactText(cost.name)], let other = wanted[ExactText(cost.name)] else {
        return nil
      }
      return try WeightHistogram(of: tensor, reference: other)
    }.compactMap(\.self)
  }

  private static func byName(_ checkpoint: Checkpoint) -> [ExactText: NamedTensor] {
    Dictionary(
      checkpoint.tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A name up to its first number, `blocks.0` of `blocks.0.attn.c_q.weight`; the first part where
  /// there is no number.
  public static func layer(of name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let number = parts.firstIndex { !$0.isEmpty && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    return parts[...(number ?? 0)].joined(separator: ".")
  }
}

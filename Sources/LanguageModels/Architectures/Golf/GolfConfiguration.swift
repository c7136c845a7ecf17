/// The hyper-parameters of the challenge's models, as `docs/formats/golf-gpt.md` defines them.
public struct GolfConfiguration: Sendable, Equatable {
  /// The bound of the logits.
  public enum SoftCap: String, Sendable, CaseIterable {
    /// c · tanh(z ÷ c).
    case tanh
    /// A polynomial of the fifth degree, cut at ±c.
    case poly
  }

  /// Where the skips go once there are two lanes.
  public enum LaneSkips: String, Sendable, CaseIterable {
    /// To the lane of attention.
    case attention
    /// Nowhere: they are dropped.
    case none
  }

  /// What becomes the result of two lanes that have lambdas.
  public enum FinalLane: String, Sendable, CaseIterable {
    /// Half of each.
    case mean
    /// The lane of attention.
    case attn
    /// The lane of the MLPs.
    case mlp
  }

  /// What the projected attention gate reads.
  public enum GateSource: String, Sendable, CaseIterable {
    /// The input of the layer.
    case proj
    /// The queries as projected.
    case q
  }

  // Sizes, which follow from the tensors.
  var vocabularySize = 0
  var embeddingWidth = 0
  var modelWidth = 0
  var layerCount = 0
  var headCount = 0
  var keyHeadCount = 0
  var hiddenWidth = 0
  var tiesEmbeddings = true

  // What no tensor tells.
  var ropeBase = 10000.0
  var ropeWidth = 0
  var usesRescaling = false
  var ropeTrainLength = 0
  var logitBound: Float = 30
  var softCap = SoftCap.tanh
  var negativeSlope: Float = 0
  var scalesNorms = false
  var exclusiveLayerCount = 0
  var valueLayers: [Int] = []
  var recurrentLayers: [Int] = []
  var clampsSkips = false
  var loopCount = 0
  var loopStart = 0
  var loopEnd = 0
  var parallelResidualStart = -1
  var laneStart = 0
  var laneSkips = LaneSkips.attention
  var finalLane = FinalLane.mean
  var gateSource = GateSource.proj
  var sparseGateScale: Float = 1
  var masksSmear = false
  var masksDocuments = false
  var beginToken = 1
  var segmentLength = 0
  var statedSizes = StatedSizes()

  /// A model of which the tensors tell everything.
  public init() {}

  var headWidth: Int { modelWidth / max(headCount, 1) }

  /// The layers in the order in which they run.
  var schedule: [Int] {
    if let last = recurrentLayers.last {
      return Array(0...last) + recurrentLayers + Array((last + 1)..<layerCount)
    }
    guard loopCount > 0 else { return Array(0..<layerCount) }
    let loop = Array(loopStart...loopEnd)
    return Array(0..<loopStart) + (0...loopCount).flatMap { _ in loop }
      + Array((loopEnd + 1)..<layerCount)
  }
}

internal import Glibc
internal import TensorCore
internal import TensorOps

/// What the attention of every layer has in common for one sequence.
struct GolfSequence<Value: TensorValue>: Sendable {
  let tokens: [Int]
  let rotary: RotaryTable
  let mask: AttentionMask
  /// What the tokens add to the values of the layers that have value embeddings.
  let valueEmbedding: Value?

  init(
    _ tokens: [Int], _ configuration: GolfConfiguration, _ parameters: Parameters<Value>,
    _ observer: LayerObserver<Value>?
  ) {
    self.tokens = tokens
    // The scripts turn the whole module to bfloat16, its buffer of frequencies included; what they
    // compute anew for a longer sequence is float32.
    let isBuffered = !configuration.rescales(tokens.count)
    rotary = RotaryTable(
      frequencies: configuration.frequencies(for: tokens.count), positionCount: tokens.count,
      direction: .clockwise, angleDType: isBuffered ? parameters.arithmetic : .f32,
      roundedTo: parameters.arithmetic)
    mask = AttentionMask(documentStarts: configuration.segmentStarts(of: tokens))
    guard parameters[ifWanted: "ve_shared.embed.weight"] != nil else {
      valueEmbedding = nil
      return
    }
    var x = parameters.rows("ve_shared.embed.weight", tokens)
    if let projection = parameters[ifWanted: "ve_shared.proj.weight"] {
      observer?("ve_shared.proj.weight", x)
      x = x.linear(projection, bias: nil)
    }
    valueEmbedding = x * parameters["ve_shared.scale"]
  }
}

extension GolfConfiguration {
  private var rotatedWidth: Int { ropeWidth > 0 ? ropeWidth : headWidth }

  /// Whether sequences of this length get a larger base.
  func rescales(_ length: Int) -> Bool {
    usesRescaling && ropeTrainLength > 0 && length > ropeTrainLength && rotatedWidth > 2
  }

  /// The angular frequencies of the pairs of dimensions, as float32 rounds them.
  func frequencies(for length: Int) -> [Float] {
    let width = rotatedWidth
    var base = ropeBase
    if rescales(length) {
      base *= pow(Double(length) / Double(ropeTrainLength), Double(width) / Double(width - 2))
    }
    return (0..<(width / 2)).map { pair in
      let exponent = Float(2 * pair) / Float(width)
      return 1 / Float(pow(base, Double(exponent)))
    }
  }

  /// The first position of each position's segment; nil where attention crosses documents.
  func segmentStarts(of tokens: [Int]) -> [Int]? {
    guard masksDocuments else { return nil }
    var start = 0
    return tokens.indices.map { position in
      let isFull = segmentLength > 0 && position - start == segmentLength
      if tokens[position] == beginToken || isFull { start = position }
      return start
    }
  }
}

/// The attention of one layer.
struct GolfAttention<Value: TensorValue>: Sendable {
  let configuration: GolfConfiguration
  let parameters: Parameters<Value>
  /// Which of the blocks.
  let layer: Int
  private var prefix: String { "blocks.\(layer).attn." }

  func callAsFunction(
    _ y: Value, _ sequence: GolfSequence<Value>, _ observer: LayerObserver<Value>?
  ) -> Value {
    let (heads, width) = (configuration.headCount, configuration.headWidth)
    let count = sequence.tokens.count
    let projected = project(y, "c_q", observer)
    let keys = project(y, "c_k", observer)
      .reshaped([count, configuration.keyHeadCount, width])
      .rmsNormalized().rotated(by: sequence.rotary)
    let values = values(y, sequence, observer)
      .reshaped([count, configuration.keyHeadCount, width])
    let queries =
      projected.reshaped([count, heads, width]).rmsNormalized().rotated(by: sequence.rotary)
      * parameters[prefix + "q_gain"].reshaped([heads, 1])
    var output = queries.attention(
      keys: keys, values: values, scale: 1 / Float(width).squareRoot(), mask: sequence.mask)
    if layer >= configuration.layerCount - configuration.exclusiveLayerCount {
      output = excluding(values, from: output)
    }
    if let gate = gate(y, projected, observer) {
      output = output * gate.reshaped([count, heads, 1])
    }
    return project(output.reshaped([count, heads * width]), "proj", observer)
  }

  private func project(
    _ x: Value, _ name: String, _ observer: LayerObserver<Value>?
  ) -> Value {
    observer?(prefix + name + ".weight", x)
    return x.linear(parameters[prefix + name + ".weight"], bias: nil)
  }

  private func values(
    _ y: Value, _ sequence: GolfSequence<Value>, _ observer: LayerObserver<Value>?
  ) -> Value {
    let values = project(y, "c_v", observer)
    guard let index = configuration.valueLayers.firstIndex(of: layer),
      let embedding = sequence.valueEmbedding
    else { return values }
    return values + embedding * parameters["ve_layer_scales.\(index)"]
  }

  /// Takes from every head's output its part along the value of the same position.
  private func excluding(_ values: Value, from output: Value) -> Value {
    let (count, keyHeads, width) = (
      output.shape[0], configuration.keyHeadCount, configuration.headWidth
    )
    let grouped = output.reshaped([
      count, keyHeads, configuration.headCount / keyHeads, width,
    ])
    let direction = values.normalized(.unitLength(epsilon: 1e-12), weight: nil, bias: nil)
      .reshaped([count, keyHeads, 1, width])
    let part = (grouped * direction).reduced(.sum) * direction
    return (grouped - part).reshaped(output.shape.dimensions)
  }

  /// A factor for each position and head; nil where the layer has none.
  private func gate(_ y: Value, _ projected: Value, _ observer: LayerObserver<Value>?) -> Value? {
    func logits(_ name: String, of source: Value) -> Value? {
      guard let weight = parameters[ifWanted: prefix + name] else { return nil }
      let input = source.columns(0..<weight.shape[1])
      observer?(prefix + name, input)
      return input.linear(weight, bias: nil)
    }
    let source = configuration.gateSource == .q ? projected : y
    if let logits = logits("attn_gate_proj.weight", of: source) {
      return logits.applying(.sigmoid).applying(.scale(2))
    }
    guard let logits = logits("attn_gate_w", of: y) else { return nil }
    return logits.applying(.scale(configuration.sparseGateScale)).applying(.sigmoid)
  }
}

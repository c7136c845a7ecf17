internal import TensorCore
internal import TensorOps

/// The layers of one forward pass in the order of the schedule, with their skips and lanes.
struct GolfTrunk<Value: TensorValue> {
  private let configuration: GolfConfiguration
  private let parameters: Parameters<Value>
  private let sequence: GolfSequence<Value>
  private let observer: LayerObserver<Value>?
  /// The normalized embedding, which every layer mixes in.
  private let start: Value
  private var skips: [Value] = []
  private var x: Value
  /// The lane of the MLPs once there are two; `x` is then that of attention.
  private var second: Value?

  init(
    _ model: GolfGPT<Value>, _ sequence: GolfSequence<Value>, _ start: Value,
    _ observer: LayerObserver<Value>?
  ) {
    configuration = model.configuration
    parameters = model.parameters
    self.sequence = sequence
    self.start = start
    self.observer = observer
    x = start
  }

  mutating func run() -> Value {
    let schedule = configuration.schedule
    let encoderCount = schedule.count / 2
    for layer in schedule[..<encoderCount] {
      runBlock(layer)
      skips.append(x)
    }
    for (position, layer) in schedule[encoderCount...].enumerated() {
      runDecoder(layer, position)
    }
    return result
  }

  private mutating func runDecoder(_ layer: Int, _ position: Int) {
    let hasLambdas = parameters[ifWanted: "parallel_post_lambdas"] != nil
    let merges = parameters[ifWanted: "lane_merge"] != nil
    let isSplit =
      configuration.laneStart > 0 && layer >= configuration.laneStart && (hasLambdas || merges)
    if isSplit, hasLambdas, second == nil { second = x }
    addSkip(position)
    if isSplit, second == nil { second = x }
    guard let lane = second else { return runBlock(layer) }
    if hasLambdas { runWithLambdas(layer, lane) } else { runApart(layer, lane) }
  }

  /// Adds what the matching encoder position left, weighted per channel.
  private mutating func addSkip(_ position: Int) {
    guard let skip = skips.popLast(), let weights = parameters[ifWanted: "skip_weights"] else {
      return
    }
    if second != nil, configuration.laneSkips == .none { return }
    var row = position
    if row >= weights.shape[0] {
      guard configuration.clampsSkips, weights.shape[0] > 0 else { return }
      row = weights.shape[0] - 1
    }
    let weighted = parameters.rows("skip_weights", [row]) * skip
    guard parameters[ifWanted: "skip_gates"] != nil else {
      x = x + weighted
      return
    }
    x = weighted + parameters.rows("skip_gates", [row]).applying(.sigmoid) * (x - weighted)
  }

  private mutating func runBlock(_ layer: Int) {
    let mixed = mixed(x, layer)
    if configuration.parallelResidualStart >= 0, layer >= configuration.parallelResidualStart {
      x = mixed + attention(mixed, layer) + mlp(mixed, layer)
      return
    }
    let between = mixed + attention(mixed, layer)
    x = between + mlp(between, layer)
  }

  /// Attention on the one lane and the MLP on the other.
  private mutating func runApart(_ layer: Int, _ lane: Value) {
    let mixed = mixed(x, layer)
    x = mixed + attention(mixed, layer)
    second = lane + mlp(lane, layer)
  }

  /// Both lanes get of both branches what the layer's lambdas say.
  private mutating func runWithLambdas(_ layer: Int, _ lane: Value) {
    let post = postLambdas(layer)
    let keep = parameters.rows("parallel_resid_lambdas", [layer])
    let fromAttention = attention(mixed(x, layer), layer)
    let fromMLP = mlp(lane, layer)
    func lambda(_ values: Value, _ index: Int) -> Value {
      values.reshaped([1, values.shape.elementCount]).columns(index..<(index + 1))
    }
    x = lambda(keep, 0) * x + lambda(post, 0) * fromAttention + lambda(post, 2) * fromMLP
    second = lambda(keep, 1) * lane + lambda(post, 1) * fromAttention + lambda(post, 3) * fromMLP
  }

  /// The four numbers of a layer: from attention to both lanes, then from the MLP to both.
  private func postLambdas(_ layer: Int) -> Value {
    parameters["parallel_post_lambdas"].reshaped([configuration.layerCount, 4]).rows([layer])
      .cast(to: parameters.arithmetic)
  }

  private var result: Value {
    guard let second else { return x }
    if let share = parameters[ifWanted: "lane_merge"] {
      return share * x + share.complement * second
    }
    switch configuration.finalLane {
    case .mean: return (x + second).applying(.scale(0.5))
    case .attn: return x
    case .mlp: return second
    }
  }

  private func mixed(_ x: Value, _ layer: Int) -> Value {
    let name = "blocks.\(layer).resid_mix"
    return parameters.rows(name, [0]) * x + parameters.rows(name, [1]) * start
  }

  private func normalized(_ x: Value, _ layer: Int) -> Value {
    let y = x.rmsNormalized()
    guard configuration.scalesNorms else { return y }
    return y.applying(.scale(1 / Float(layer + 1).squareRoot()))
  }

  private func attention(_ x: Value, _ layer: Int) -> Value {
    let attention = GolfAttention(
      configuration: configuration, parameters: parameters, layer: layer)
    return parameters["blocks.\(layer).attn_scale"]
      * attention(normalized(x, layer), sequence, observer)
  }

  private func mlp(_ x: Value, _ layer: Int) -> Value {
    let prefix = "blocks.\(layer).mlp."
    let y = normalized(x, layer)
    observer?(prefix + "fc.weight", y)
    let hidden = y.linear(parameters[prefix + "fc.weight"], bias: nil)
      .applying(.leakyReLU(slope: configuration.negativeSlope)).applying(.square)
    observer?(prefix + "proj.weight", hidden)
    return parameters["blocks.\(layer).mlp_scale"]
      * hidden.linear(parameters[prefix + "proj.weight"], bias: nil)
  }
}

public import Checkpoints
public import Diagnostics
internal import Files
internal import LanguageModels
internal import Merging
internal import TensorCore

/// A plan with the models that it is about.
public struct MergeRun: Sendable {
  /// What is made.
  public let plan: MergePlan
  /// The tensors of each model by their names.
  private let tensors: [[String: NamedTensor]]
  /// The vocabulary of the result; nil where the recipe says nothing of it.
  public let vocabulary: VocabularyPlan?
  /// The tensors of each file of statistics by their names.
  private let statistics: [[String: NamedTensor]]
  /// Where the random numbers of each tensor begin.
  private let random: [MergeRandom]

  /// How random numbers are drawn.
  public enum Randomness: Sendable {
    /// By a seed, the tensor's name and the input: in any order.
    case keyed(seed: UInt64)
    /// As mergekit 0.1.5 draws them, one after the other through all tensors in the order of their
    /// names.
    case mergekit(seed: UInt64)
  }

  /// Plans what a recipe makes of checkpoints, which are those of its `models`, and of those of its
  /// `statistics`, with the tokenizers of its `tokenizerModels`. Throws M03 to M06 and M12.
  public init(
    _ recipe: MergeRecipe, _ checkpoints: [Checkpoint], statistics: [Checkpoint] = [],
    raw: RawNames? = nil, _ random: Randomness,
    tokenizers: [ModelReference: MergeTokenizer] = [:]
  ) throws(Rejection) {
    let all = checkpoints.map { checkpoint in
      Dictionary(
        checkpoint.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    vocabulary = try VocabularyPlan(recipe, tokenizers, all)
    let tensors = vocabulary?.tensors ?? all
    self.tensors = tensors
    self.statistics = statistics.map(\.tensorsByName)
    let models = tensors.map { tensors in
      MergeModel(tensors.mapValues { ($0.dtype, $0.shape) })
    }
    plan = try recipe.plan(models, statistics: statistics.map(MergeModel.init), raw: raw)
    self.random = Self.starts(plan, random)
  }

  private static func starts(_ plan: MergePlan, _ random: Randomness) -> [MergeRandom] {
    guard case .mergekit(let seed) = random else {
      guard case .keyed(let seed) = random else { preconditionFailure("there are two") }
      return plan.items.map { _ in .keyed(seed: seed) }
    }
    var next = MergeRandom.sequence(MersenneTwister(seed: seed))
    return plan.items.map { item in
      defer {
        if case .merged(let inputs, let base, _, _) = item.making {
          for (place, input) in inputs.enumerated() where place != base {
            next.skip(plan.method.drawCount(input.values, count: item.shape.elementCount))
          }
        }
      }
      return next
    }
  }

  /// The result, whose tensors are merged when they are asked for. Throws M06 for integers that
  /// differ between models.
  public func checkpoint() throws(Rejection) -> Checkpoint {
    var tensors: [NamedTensor] = []
    for (place, item) in plan.items.enumerated() {
      let content: TensorContent
      switch item.making {
      case .copied(let origin):
        try requireSame(item)
        let tensor = self.tensor(origin)
        content =
          tensor.dtype == item.dtype
          ? tensor.content
          : .computed(
            ComputedTensor(item.dtype, item.shape, from: [tensor.content]) {
              (sink) throws(Rejection) in
              let cast = try MergeCast(from: tensor.dtype, to: item.dtype)
              try tensor.content.forEachChunk { (chunk) throws(Rejection) in
                try cast.convert(chunk, sink)
              }
            })
      case .merged(let inputs, let base, let shared, let dtype):
        let origins = inputs.map { (tensor($0.origin), $0) }
        let (method, random) = (plan.method, random[place])
        content = .computed(
          ComputedTensor(item.dtype, item.shape, from: origins.map(\.0.content)) {
            (sink) throws(Rejection) in
            try locating(Place(tensor: item.name)) { () throws(Rejection) in
              let task = MergeTask(
                name: item.name, shape: item.shape, dtype: dtype,
                inputs: try origins.map { (tensor, input) throws(Rejection) in
                  MergeTask.Input(
                    try tensor.mergeElements(), input.values, try knowledge(input.statistics))
                },
                base: base, shared: shared, random: random)
              let cast = try MergeCast(
                from: method.resultType(dtype, inputCount: inputs.count), to: item.dtype)
              try method.run(task) { (chunk) throws(Rejection) in try cast.convert(chunk, sink) }
            }
          })
      }
      tensors.append(NamedTensor(name: item.name, content: content))
    }
    return Checkpoint(
      format: "merge", tensors: tensors, path: "", warnings: vocabulary?.warnings ?? [])
  }

  /// What a file of statistics knows. Throws H03 where it has no count of rows.
  private func knowledge(
    _ known: MergePlan.Statistics?
  ) throws(Rejection) -> MergeStatistics? {
    guard let known else { return nil }
    let tensors = statistics[known.file]
    guard plan.method.inputs.statistics == .secondMoments else {
      return try tensors[known.name].map { (tensor) throws(Rejection) in
        .fisher(try tensor.mergeElements())
      }
    }
    guard let moments = tensors[known.name + ".second_moment"],
      let count = tensors[known.name + ".count"], count.dtype == .i64,
      let rows = count.content.contiguousStorage, rows.byteCount == 8
    else {
      throw Rejection(
        CalibrationRules.notACalibration, "there is no count of rows",
        at: Place(tensor: known.name))
    }
    let rowCount = rows.bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
    return .secondMoments(
      try moments.mergeElements(), rowCount: Int(rowCount), isTransposed: known.isTransposed)
  }

  private func tensor(_ origin: MergePlan.Origin) -> NamedTensor {
    guard let tensor = tensors[origin.model][origin.name] else {
      preconditionFailure("the plan is about these checkpoints")
    }
    return tensor
  }

  /// Throws M06 where a copied tensor is another in another model.
  private func requireSame(_ item: MergePlan.Item) throws(Rejection) {
    guard case .copied(let origin) = item.making, !item.twins.isEmpty else { return }
    let own = try tensor(origin).digest()
    for twin in item.twins where try tensor(twin).digest() != own {
      throw Rejection(
        MergeRules.tensors,
        "the integers of \(item.name) differ between \(plan.models[origin.model]) and "
          + "\(plan.models[twin.model])")
    }
  }
}

/// A change of the type of floats on their way out.
struct MergeCast {
  private let source: DType
  private let target: DType
  private let cast: FloatCast?

  /// The change from one type to another. Throws M06 where there is none.
  init(from source: DType, to target: DType) throws(Rejection) {
    (self.source, self.target) = (source, target)
    cast = source == target ? nil : FloatCast(from: source, to: target == .f64 ? .f32 : target)
    guard source == target || cast != nil else {
      throw Rejection(
        MergeRules.tensors, "\(source.rawValue) does not become \(target.rawValue)")
    }
  }

  /// Gives the bytes of some elements in the new type.
  func convert(_ chunk: RawSpan, _ sink: ComputedTensor.Sink) throws(Rejection) {
    guard let cast else { return try sink(chunk) }
    guard target == .f64 else { return try cast.convert(chunk, sink) }
    // Every other float is a float32.
    try cast.convert(chunk) { (floats) throws(Rejection) in
      let doubles = floats.withUnsafeBytes { $0.bindMemory(to: Float.self).map(Double.init) }
      try sink(doubles.span.bytes)
    }
  }
}

extension NamedTensor {
  /// BLAKE3 of the elements' bytes.
  func digest() throws(Rejection) -> String {
    var digest = BLAKE3Digest()
    try content.forEachChunk { (chunk) throws(Rejection) in digest.update(chunk) }
    return digest.hexadecimal()
  }
}

public import Checkpoints
public import Diagnostics
internal import JSON
public import Quantization
internal import Synchronization
internal import TensorCore
internal import TensorOps

/// What `quantize` is asked to do: a checkpoint, a recipe and what the layers read.
public struct QuantizationJob: Sendable {
  /// A tensor and the method that it gets.
  struct Item: Sendable {
    let index: Int
    let weight: Weight
    let method: any QuantizationMethod
  }

  /// A factor that one weight's steps have besides.
  typealias Adjustment = (name: String, factor: Double)

  /// The checkpoint, with small tensors as they will be stored.
  private var checkpoint: Checkpoint
  /// The tensors that are quantized, in the order of the checkpoint.
  let items: [Item]
  /// Factors of the items' steps; 1 for each at first.
  var factors: [Double]
  /// The divergence that each item was measured to cause, in nats per token; nil at first.
  var costs: [Double?]
  /// What steps of columns are expected to save of each item, in bits for each weight; nil at
  /// first.
  var gains: [Double?]
  /// The places of the tensors that an entry of the recipe keeps.
  let keptIndices: Set<Int>
  private let residual: QuantizationRecipe.Residual?

  /// Finds a method for each tensor and reads those that have one. Statistics have the names that
  /// `modelName` gives of a tensor's own. Throws Q01 to Q05.
  public init(
    _ checkpoint: Checkpoint, _ recipe: QuantizationRecipe,
    statistics: [String: InputStatistics], outputs: [String: OutputStatistics] = [:],
    modelName: (String) -> String = { $0 }
  ) throws(Rejection) {
    self.checkpoint = checkpoint
    residual = recipe.residual
    let rules = try recipe.entries.map { (entry) throws(Rejection) in try MethodRule(entry) }
    var items: [Item] = []
    var kept: Set<Int> = []
    for (index, tensor) in checkpoint.tensors.enumerated() {
      guard let rule = rules.last(where: { $0.admits(tensor) }) else {
        self.checkpoint.tensors[index].content = try recipe.small.content(of: tensor)
        continue
      }
      guard let method = rule.method else {
        kept.insert(index)
        continue
      }
      guard tensor.shape.rank == 2 else {
        throw Rejection(
          QuantizationRules.notAMatrix, "its shape is \(tensor.shape)",
          at: Place(tensor: tensor.name))
      }
      items.append(
        Item(
          index: index,
          weight: try Self.weight(
            tensor, statistics[modelName(tensor.name)], outputs[modelName(tensor.name)]),
          method: method))
    }
    self.items = items
    factors = items.map { _ in 1 }
    costs = items.map { _ in nil }
    gains = costs
    keptIndices = kept
    for (entry, rule) in zip(recipe.entries, rules) where entry.pattern != "*" {
      guard checkpoint.tensors.contains(where: rule.admits) else {
        throw Rejection(
          RecipeRules.matchesNothing,
          "\(entry.pattern) matches none of the "
            + "\(checkpoint.tensors.count) names", at: Place(file: checkpoint.path))
      }
    }
  }

  private static func weight(
    _ tensor: NamedTensor, _ input: InputStatistics?, _ output: OutputStatistics?
  ) throws(Rejection) -> Weight {
    let isNarrow = [.f32, .bf16, .f16].contains(tensor.dtype)
    return try Weight(
      name: tensor.name, dtype: isNarrow ? tensor.dtype : .f32, rows: tensor.shape[0],
      columns: tensor.shape[1], elements: try tensor.floats(), input: input, output: output)
  }

  /// The path of the checkpoint.
  var path: String { checkpoint.path }
  /// How many weights are quantized.
  var elementCount: Int { items.reduce(0) { $0 + $1.weight.elements.count } }
  /// How many columns the quantized weights have together.
  var columnCount: Int { items.reduce(0) { $0 + $1.weight.columns } }

  /// The checkpoint with codes in place of the weights, whose steps are multiplied by `step`.
  /// One weight may have another factor in addition. Weights are quantized side by side, the
  /// largest first; `progress` is told how many are done. Throws Q03, Q04, Q07 and Q08.
  func run(
    step: Double, adjusting adjusted: Adjustment? = nil,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(Rejection) -> Checkpoint {
    let done = Atomic<Int>(0)
    let order = items.indices.sorted {
      (items[$0].weight.elements.count, $1) > (items[$1].weight.elements.count, $0)
    }
    let results = ParallelFor.map(order.count) {
      place -> Result<EncodedTensor, Rejection> in
      let item = items[order[place]]
      defer {
        let count = item.weight.elements.count
        progress(done.add(count, ordering: .relaxed).newValue)
      }
      do throws(Rejection) {
        return .success(
          try item.method.quantize(
            item.weight, step: self.step(of: order[place], step, adjusting: adjusted)))
      } catch {
        return .failure(error)
      }
    }
    var encoded: [(item: Int, tensor: EncodedTensor)] = []
    for (place, result) in results.enumerated() { encoded.append((order[place], try result.get())) }
    encoded.sort { $0.item < $1.item }
    if let residual { try mend(&encoded, residual) }
    var quantized = checkpoint
    for (item, tensor) in encoded {
      quantized.tensors[items[item].index].content = .encoded(tensor)
    }
    return quantized
  }

  /// Adds a residual to the tensors with the largest errors; of equal ones, to the first.
  private func mend(
    _ encoded: inout [(item: Int, tensor: EncodedTensor)], _ residual: QuantizationRecipe.Residual
  ) throws(Rejection) {
    let found = ParallelFor.map(encoded.count) { [items, encoded] place in
      Result { () throws(Rejection) in
        try QuantizationError(of: items[encoded[place].item].weight, in: encoded[place].tensor)
      }
    }
    let errors = try found.map { (error) throws(Rejection) in try error.get() }
    let largest = errors.indices.sorted { (errors[$0].norm, $1) > (errors[$1].norm, $0) }
      .prefix(residual.top)
    let mended = ParallelFor.map(largest.count) { place in
      Result { () throws(Rejection) in
        try errors[largest[place]].reconstructed(rank: residual.rank)
      }
    }
    for (place, tensor) in zip(largest, mended) { encoded[place].tensor = try tensor.get() }
  }
}

extension QuantizationJob {
  /// The squared error of all weights of a quantized checkpoint over their squares, each matrix'
  /// for itself, averaged over weights. Throws what decoding throws.
  func error(of quantized: Checkpoint) throws(Rejection) -> Double {
    let parts = ParallelFor.map(items.count) { [items] place -> Result<Double, Rejection> in
      let weight = items[place].weight
      return Result { () throws(Rejection) in
        let values = try quantized.tensors[items[place].index].floats()
        var (error, square) = (0.0, 0.0)
        for (value, element) in zip(values, weight.elements) {
          let difference = Double(value) - Double(element)
          error += difference * difference
          square += Double(element) * Double(element)
        }
        return square > 0 ? error / square * Double(values.count) : 0
      }
    }
    var sum = 0.0
    for part in parts { sum += try part.get() }
    return sum / Double(max(elementCount, 1))
  }
}

/// An entry of a recipe, with its method made.
private struct MethodRule {
  private let glob: NameGlob
  private let isGeneral: Bool
  let method: (any QuantizationMethod)?

  init(_ entry: QuantizationRecipe.Entry) throws(Rejection) {
    glob = NameGlob(entry.pattern)
    isGeneral = entry.pattern == "*"
    guard entry.method != QuantizationRecipe.keep else {
      method = nil
      return
    }
    guard let type = QuantizationMethods.all.first(where: { $0.id == entry.method }) else {
      let ids = QuantizationMethods.all.map { $0.id }.joined(separator: ", ")
      throw Rejection(
        QuantizationRules.option, "there is no method \(entry.method), but \(ids)")
    }
    var options = try OptionReader(entry.options, for: type)
    method = try type.init(&options)
  }

  func admits(_ tensor: NamedTensor) -> Bool {
    guard glob.matches(tensor.name) else { return false }
    guard isGeneral else { return true }
    return tensor.dtype.isConvertibleFloat && tensor.shape.rank == 2
      && tensor.shape.elementCount > QuantizationRecipe.fewestElements
  }
}

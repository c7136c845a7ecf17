internal import Diagnostics
internal import Merging
internal import TensorCore

/// Finds what files of statistics know of the inputs of a tensor.
struct MergeKnowledge {
  private let wanted: MergeInputs.Statistics?
  private let files: [MergeModel]
  private let places: [String: Int]

  private static let momentSuffix = ".second_moment"

  /// The files of a recipe's `statistics`, in their order.
  init(_ recipe: MergeRecipe, _ files: [MergeModel]) {
    wanted = recipe.method.inputs.statistics
    self.files = files
    places = Dictionary(
      recipe.statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What is known of each input, or nothing of any. Throws M06 where something is known of some of
  /// them only, or has another shape.
  func inputs(
    _ key: String, _ inputs: [(source: MergeRecipe.Source, name: String, model: MergeModel)]
  ) throws(Rejection) -> [MergePlan.Statistics?] {
    let nothing = [MergePlan.Statistics?](repeating: nil, count: inputs.count)
    // A table that tokens are looked up in reads nothing that has moments, though a head may share
    // it.
    let isTable = wanted == .secondMoments && LayerName(key).isBeforeLayers
    guard let wanted, !isTable else { return nothing }
    let known = try inputs.map { (input) throws(Rejection) in
      try locate(input.source, input.name, input.model, wanted)
    }
    if wanted == .fisher, known.allSatisfy({ $0 == nil }), let first = inputs.first,
      !TensorNames.isBuffer(key)
    {
      throw Rejection(
        MergeRules.tensors,
        "line \(first.source.line): \(first.source.statistics ?? "no file") knows nothing of "
          + first.name)
    }
    if let lacking = zip(inputs, known).first(where: { $0.1 == nil }),
      known.contains(where: { $0 != nil })
    {
      let file = lacking.0.source.statistics ?? "no file"
      throw Rejection(
        MergeRules.tensors,
        "line \(lacking.0.source.line): \(file) knows nothing of \(lacking.0.name), and other "
          + "statistics do")
    }
    return known
  }

  private func locate(
    _ source: MergeRecipe.Source, _ name: String, _ model: MergeModel,
    _ wanted: MergeInputs.Statistics
  ) throws(Rejection) -> MergePlan.Statistics? {
    guard let path = source.statistics, let place = places[path],
      let shape = model.tensors[name]?.shape
    else { return nil }
    let names = [name, TensorNames.canonical(name).key]
    let suffix = wanted == .fisher ? "" : Self.momentSuffix
    guard let found = names.first(where: { files[place].tensors[$0 + suffix] != nil }),
      let known = files[place].tensors[found + suffix]?.shape
    else { return nil }
    func strange() -> Rejection {
      Rejection(
        MergeRules.tensors,
        "line \(source.line): \(found + suffix) is \(known.dimensions) in \(path), and \(name) "
          + "\(shape.dimensions)")
    }
    guard wanted == .secondMoments else {
      guard known == shape else { throw strange() }
      return .init(file: place, name: found, isTransposed: false)
    }
    guard known.rank == 2, known[0] == known[1], shape.rank == 2,
      shape.dimensions.contains(known[0])
    else { throw strange() }
    let isTransposed =
      shape[0] == shape[1]
      ? isTransposed(LayerName(name).layer, model, files[place]) : shape[0] == known[0]
    return .init(file: place, name: found, isTransposed: isTransposed)
  }

  /// Whether a layer has weights that lie the other way round, as GPT-2's do: square ones do not
  /// tell themselves.
  private func isTransposed(_ layer: Int?, _ model: MergeModel, _ file: MergeModel) -> Bool {
    model.tensors.contains { name, tensor in
      guard tensor.shape.rank == 2, tensor.shape[0] != tensor.shape[1],
        LayerName(name).layer == layer
      else { return false }
      let names = [name, TensorNames.canonical(name).key]
      return names.contains { file.tensors[$0 + Self.momentSuffix]?.shape[0] == tensor.shape[0] }
    }
  }
}

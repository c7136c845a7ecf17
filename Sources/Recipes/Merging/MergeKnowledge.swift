internal import Diagnostics
internal import Merging
internal import TensorCore

/// Finds what files of statistics know of the inputs of a tensor.
struct MergeKnowledge {
  private let wanted: MergeInputs.Statistics?
  private let files: [MergeModel]
  private let places: [String: Int]
  /// The names in each file by their canonical ones.
  private let names: [[String: String]]

  private static let momentSuffix = ".second_moment"

  /// The files of a recipe's `statistics`, in their order.
  init(_ recipe: MergeRecipe, _ files: [MergeModel]) {
    wanted = recipe.method.inputs.statistics
    self.files = files
    names = files.map { file in
      Dictionary(
        file.tensors.keys.sorted().map { (TensorNames.canonical($0).key, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    places = Dictionary(
      recipe.statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What is known of each input, or nothing of any. Throws M17 where something is known of some of
  /// them only, or has another shape.
  func inputs(
    _ key: String, _ inputs: [(source: MergeRecipe.Source, name: String, model: MergeModel)]
  ) throws(Rejection) -> [MergePlan.Statistics?] {
    let nothing = [MergePlan.Statistics?](repeating: nil, count: inputs.count)
    // A table that tokens are looked up in reads nothing that has moments, though a head may share
    // it.
    let isTable = wanted == .secondMoments && TensorNames.isTable(key)
    guard let wanted, !isTable else { return nothing }
    let known = try inputs.map { (input) throws(Rejection) in
      try locate(input.source, input.name, input.model, wanted)
    }
    if wanted == .fisher, known.allSatisfy({ $0 == nil }), let first = inputs.first,
      !TensorNames.isBuffer(key)
    {
      throw Rejection(
        MergeRules.statistics,
        "line \(first.source.line): \(first.source.statistics ?? "no file") knows nothing of "
          + first.name)
    }
    if let lacking = zip(inputs, known).first(where: { $0.1 == nil }),
      known.contains(where: { $0 != nil })
    {
      let file = lacking.0.source.statistics ?? "no file"
      throw Rejection(
        MergeRules.statistics,
        "line \(lacking.0.source.line): \(file) knows nothing of \(lacking.0.name), and other "
          + "statistics do")
    }
    return known
  }

  /// Throws M17 where none of a plan's tensors has statistics: the files are of something else.
  func requireUse(in items: [MergePlan.Item], line: Int) throws(Rejection) {
    guard wanted != nil else { return }
    let isUsed = items.contains { item in
      guard case .merged(let inputs, _, _, _) = item.making else { return false }
      return inputs.contains { $0.statistics != nil }
    }
    guard !isUsed else { return }
    let word = wanted == .fisher ? "a tensor" : "the second moments of a layer"
    throw Rejection(
      MergeRules.statistics, "line \(line): no file of statistics has \(word) of these models")
  }

  private func locate(
    _ source: MergeRecipe.Source, _ name: String, _ model: MergeModel,
    _ wanted: MergeInputs.Statistics
  ) throws(Rejection) -> MergePlan.Statistics? {
    guard let path = source.statistics, let place = places[path],
      let shape = model.tensors[name]?.shape
    else { return nil }
    let suffix = wanted == .fisher ? "" : Self.momentSuffix
    guard let found = self.name(of: name, suffix, in: place),
      let known = files[place].tensors[found]?.shape
    else { return nil }
    let own = String(found.dropLast(suffix.count))
    func strange() -> Rejection {
      Rejection(
        MergeRules.statistics,
        "line \(source.line): \(found) is \(known.dimensions) in \(path), and \(name) "
          + "\(shape.dimensions)")
    }
    guard wanted == .secondMoments else {
      guard known == shape else { throw strange() }
      return .init(file: place, name: own, isTransposed: false)
    }
    guard known.rank == 2, known[0] == known[1], shape.rank == 2,
      shape.dimensions.contains(known[0])
    else { throw strange() }
    let isTransposed =
      shape[0] == shape[1]
      ? isTransposed(LayerName(name).layer, model, place) : shape[0] == known[0]
    return .init(file: place, name: own, isTransposed: isTransposed)
  }

  /// What a file calls something that it knows of a tensor.
  private func name(of tensor: String, _ suffix: String, in place: Int) -> String? {
    names[place][TensorNames.canonical(tensor + suffix).key]
  }

  /// Whether a layer has weights that lie the other way round, as GPT-2's do: square ones do not
  /// tell themselves.
  private func isTransposed(_ layer: Int?, _ model: MergeModel, _ place: Int) -> Bool {
    model.tensors.contains { name, tensor in
      guard tensor.shape.rank == 2, tensor.shape[0] != tensor.shape[1],
        LayerName(name).layer == layer
      else { return false }
      let found = self.name(of: name, Self.momentSuffix, in: place)
      return found.flatMap { files[place].tensors[$0]?.shape[0] } == tensor.shape[0]
    }
  }
}

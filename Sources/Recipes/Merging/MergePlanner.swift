public import Diagnostics
internal import Merging
internal import TensorCore

extension MergeRecipe {
  /// What the recipe makes of models, which are those of `models` in their order, and of the files
  /// of `statistics` in theirs. Throws M03 to M06.
  public func plan(
    _ models: [MergeModel], statistics: [MergeModel] = [], raw names: RawNames? = nil
  ) throws(Rejection) -> MergePlan {
    precondition(
      models.count == self.models.count && statistics.count == self.statistics.count,
      "models and statistics are those of the recipe")
    let planner = try MergePlanner(self, models, statistics, names)
    return try planner.plan()
  }
}

/// Settles what each tensor of a merge is made of.
private struct MergePlanner {
  private let recipe: MergeRecipe
  private let models: [MergeModel]
  private let statistics: MergeKnowledge
  private let rawNames: RawNames?
  /// The name in the file for each canonical one, by model.
  private let files: [[String: String]]
  /// The canonical names by their layers, by model.
  private let layers: [[Int?: [LayerName]]]
  /// The tensors, of any layer, whose names have the prefix that some files leave out.
  private let aliased: Set<LayerName>
  private let positions: [ModelReference: Int]

  /// One input of a tensor of the result.
  private struct Input {
    let source: MergeRecipe.Source
    let origin: MergePlan.Origin
    /// The name there, as it is shown.
    let name: String
    let dtype: DType
    let shape: Shape
  }

  /// Sorts the names. Throws M06 for a model that has two of one meaning.
  init(
    _ recipe: MergeRecipe, _ models: [MergeModel], _ statistics: [MergeModel], _ names: RawNames?
  ) throws(Rejection) {
    (self.recipe, self.models, rawNames) = (recipe, models, names)
    self.statistics = MergeKnowledge(recipe, statistics)
    var aliased: Set<LayerName> = []
    var files: [[String: String]] = []
    for (model, reference) in zip(models, recipe.models) {
      var keys: [String: String] = [:]
      for name in model.tensors.keys.sorted() {
        let (key, hasAlias) = names == nil ? TensorNames.canonical(name) : (name, false)
        if let twin = keys.updateValue(name, forKey: key) {
          throw Rejection(
            MergeRules.tensors, "\(reference) has both \(twin) and \(name), which are one tensor")
        }
        if hasAlias { aliased.insert(LayerName(key).numbered(0)) }
      }
      files.append(keys)
    }
    layers = files.map { Dictionary(grouping: $0.keys.map(LayerName.init), by: \.layer) }
    (self.files, self.aliased) = (files, aliased)
    positions = Dictionary(
      recipe.models.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func plan() throws(Rejection) -> MergePlan {
    var items: [MergePlan.Item] = []
    var layer = 0
    if rawNames != nil {
      items = try rawItems()
    } else {
      try checkInputs()
      for slice in recipe.slices {
        let count = try layerCount(of: slice)
        for place in 0..<count {
          items += try layerItems(slice, place, of: count, as: layer)
          layer += 1
        }
      }
      items += try outerItems()
    }
    try statistics.requireUse(in: items, line: recipe.slices.first?.line ?? 1)
    items.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return MergePlan(
      method: recipe.method, models: recipe.models, items: items,
      layerCount: layer > 0 ? layer : nil)
  }

  // MARK: Inputs

  private func position(_ source: MergeRecipe.Source) -> Int {
    guard let position = positions[source.model] else { preconditionFailure("models are listed") }
    return position
  }

  /// Throws M04 for slices that the method does not take.
  private func checkInputs() throws(Rejection) {
    for slice in recipe.slices { try check(slice.sources, slice) }
  }

  private func check(
    _ sources: [MergeRecipe.Source], _ slice: MergeRecipe.Slice
  ) throws(Rejection) {
    let place = "line \(slice.line): \(recipe.method.id)"
    let base = base(of: slice)
    let others = sources.filter { $0.model != base }.count
    guard recipe.method.inputs.base != .required || others < sources.count else {
      let reason = base.map { "\($0) is not among the sources" } ?? "there is no base_model"
      throw Rejection(MergeRules.inputs, "\(place) needs a base, and \(reason)")
    }
    if recipe.method.inputs.base == .none, let base, sources.contains(where: { $0.model == base }) {
      throw Rejection(MergeRules.inputs, "\(place) takes no base_model")
    }
    guard !takes(sources, base) else { return }
    let (range, isBesides) = inputCounts
    let wanted = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or more"
    throw Rejection(
      MergeRules.inputs,
      "\(place) takes \(wanted) inputs\(isBesides ? " besides a base" : ""), and there are "
        + "\(isBesides ? others : sources.count)")
  }

  /// How many inputs the method takes, and whether a base comes besides them.
  private var inputCounts: (ClosedRange<Int>, isBesides: Bool) {
    let inputs = recipe.method.inputs
    guard inputs.base == .optional else { return (inputs.count, false) }
    return (inputs.count.lowerBound...(inputs.count.upperBound - 1), true)
  }

  /// Whether the method takes some inputs; a base that it requires is among them.
  private func takes(_ sources: [MergeRecipe.Source], _ base: ModelReference?) -> Bool {
    let (range, isBesides) = inputCounts
    return range.contains(
      isBesides ? sources.filter { $0.model != base }.count : sources.count)
  }

  private func base(of slice: MergeRecipe.Slice) -> ModelReference? { slice.base ?? recipe.base }

  // MARK: Layers

  private func range(_ source: MergeRecipe.Source) -> Range<Int> {
    source.layers ?? 0..<((layers[position(source)].keys.compactMap(\.self).max() ?? -1) + 1)
  }

  private func layerCount(of slice: MergeRecipe.Slice) throws(Rejection) -> Int {
    let counts = slice.sources.map { range($0).count }
    for (source, count) in zip(slice.sources, counts) {
      guard count == counts[0] else {
        throw Rejection(
          MergeRules.tensors,
          "line \(source.line): \(source.model) gives \(count) layers, "
            + "\(slice.sources[0].model) \(counts[0])")
      }
      let all = layers[position(source)]
      guard let strange = range(source).first(where: { all[$0] == nil }) else { continue }
      throw Rejection(
        MergeRules.tensors, "line \(source.line): \(source.model) has no layer \(strange)")
    }
    return counts[0]
  }

  private func layerItems(
    _ slice: MergeRecipe.Slice, _ place: Int, of count: Int, as number: Int
  ) throws(Rejection) -> [MergePlan.Item] {
    var names: Set<LayerName> = []
    for source in slice.sources {
      let layer = range(source).lowerBound + place
      for name in layers[position(source)][layer] ?? [] { names.insert(name.numbered(number)) }
    }
    let way = count > 1 ? Double(place) / Double(count - 1) : 1
    var items: [MergePlan.Item] = []
    // Sorted, for the first error to be the same each time.
    for name in names.map({ $0.named(number) }).sorted().map(LayerName.init) {
      let inputs = slice.sources.compactMap { source in
        input(source, name.named(range(source).lowerBound + place))
      }
      if let item = try item(name.named(number), inputs, slice, slice.sources, at: way) {
        items.append(item)
      }
    }
    return items
  }

  /// What is in no layer: of the first slice's models what comes before the layers, of the last
  /// one's what comes after them, as many as the first has.
  private func outerItems() throws(Rejection) -> [MergePlan.Item] {
    guard let first = recipe.slices.first, let last = recipe.slices.last else { return [] }
    var items: [MergePlan.Item] = []
    let ends = [
      (first, first.sources, true), (last, Array(last.sources.prefix(first.sources.count)), false),
    ]
    for (slice, sources, isBefore) in ends {
      var names: Set<String> = []
      for source in sources {
        let outer = layers[position(source)][nil] ?? []
        names.formUnion(outer.filter { $0.isBeforeLayers == isBefore }.map(\.prefix))
      }
      for name in names.sorted() {
        try requireAllLayers(name, slice)
        let inputs = sources.compactMap { input($0, name) }
        if let item = try item(name, inputs, slice, sources, at: 0) { items.append(item) }
      }
    }
    return items
  }

  /// Throws M06 for a tensor with parts of all layers where layers are chosen.
  private func requireAllLayers(
    _ name: String, _ slice: MergeRecipe.Slice
  ) throws(Rejection) {
    guard TensorNames.isStacked(name) else { return }
    var start = 0
    var keepsPlaces = true
    for slice in recipe.slices {
      let ranges = slice.sources.map(range)
      keepsPlaces = keepsPlaces && ranges.allSatisfy { $0.lowerBound == start }
      start += ranges.first?.count ?? 0
    }
    let isWhole = slice.sources.allSatisfy { source in
      range(MergeRecipe.Source(model: source.model, line: source.line)).count == start
    }
    guard !keepsPlaces || !isWhole else { return }
    throw Rejection(
      MergeRules.tensors,
      "line \(slice.line): \(name) has a part for each layer, and only some layers are taken")
  }

  private func input(_ source: MergeRecipe.Source, _ name: String) -> Input? {
    let position = position(source)
    for candidate in [name] + TensorNames.ties(name) {
      guard let file = files[position][candidate],
        let tensor = models[position].tensors[file]
      else { continue }
      return Input(
        source: source, origin: .init(model: position, name: file),
        name: self.name(candidate), dtype: tensor.dtype, shape: tensor.shape)
    }
    return nil
  }

  // MARK: Raw mode

  private func rawItems() throws(Rejection) -> [MergePlan.Item] {
    guard let slice = recipe.slices.first else { return [] }
    let listed = slice.sources.filter { !$0.isAppended }
    let sets = listed.map { Set(files[position($0)].keys) }
    let all = sets.reduce(into: Set<String>()) { $0.formUnion($1) }
    var names = all
    switch rawNames {
    case .intersection: for set in sets { names.formIntersection(set) }
    case .union: break
    default:
      for (source, set) in zip(listed, sets) {
        guard let missing = all.subtracting(set).min() else { continue }
        throw Rejection(
          MergeRules.tensors,
          "line \(source.line): \(source.model) has no \(missing); -i leaves out what is not in "
            + "all files, -u takes what there is")
      }
    }
    var items: [MergePlan.Item] = []
    for name in names.sorted() {
      let inputs = slice.sources.compactMap { input($0, name) }
      let sources = inputs.map(\.source)
      try check(sources, slice)
      if let item = try item(name, inputs, slice, sources, at: 0) { items.append(item) }
    }
    return items
  }

  // MARK: Tensors

  /// A tensor of the result; nil where the method leaves it out.
  private func item(
    _ key: String, _ inputs: [Input], _ slice: MergeRecipe.Slice,
    _ sources: [MergeRecipe.Source], at place: Double
  ) throws(Rejection) -> MergePlan.Item? {
    guard let first = inputs.first else { return nil }
    let name = self.name(key)
    let base = base(of: slice)
    if inputs.count < sources.count {
      guard !TensorNames.isBuffer(key) else { return nil }
      switch try absent(key, inputs, sources, base) {
      case .left: return nil
      case .passed(let input): return passed(name, input)
      case .merged: break
      }
    }
    if let copy = try copied(name, inputs) { return copy }
    for input in inputs where input.shape != first.shape {
      throw Rejection(
        MergeRules.tensors,
        "line \(input.source.line): \(name) is \(input.shape.dimensions) in "
          + "\(input.source.model), \(first.shape.dimensions) in \(first.source.model)")
    }
    let basePlace = inputs.firstIndex { $0.source.model == base }
    let dtype = recipe.dtype ?? DType.promoted(inputs.map(\.dtype))
    let shared = try values(.shared, name, line: slice.line) { key in
      value([], slice, key, name, place)
    }
    let known = try statistics.inputs(
      key, inputs.map { ($0.source, $0.origin.name, models[$0.origin.model]) })
    let values = try inputs.map { (input) throws(Rejection) -> MergeValues in
      guard recipe.method.inputs.base == .ordinary || input.source.model != base else {
        return MergeValues([:])
      }
      return try self.values(
        .ofInput, "\(input.source.model): \(input.name)", line: input.source.line
      ) { key in
        value([input.source.parameters], slice, key, input.name, place)
      }
    }
    return MergePlan.Item(
      name: name, shape: first.shape,
      dtype: recipe.outputType ?? recipe.method.resultType(dtype, inputCount: inputs.count),
      making: .merged(
        inputs.indices.map {
          .init(origin: inputs[$0].origin, values: values[$0], statistics: known[$0])
        }, base: basePlace, shared: shared, dtype: dtype))
  }

  /// The value of the first level that has one: an input's own, the slice, the module, the recipe.
  private func value(
    _ own: [[String: MergeSetting]], _ slice: MergeRecipe.Slice, _ key: String, _ name: String,
    _ place: Double
  ) -> MergeValue? {
    let levels = own + [slice.parameters, slice.moduleParameters, recipe.parameters]
    for level in levels {
      if let value = level[key]?.value(for: name, at: place) { return value }
    }
    return nil
  }

  private func values(
    _ scope: MergeParameter.Scope, _ place: String, line: Int, _ find: (String) -> MergeValue?
  ) throws(Rejection) -> MergeValues {
    var values: [String: MergeValue] = [:]
    for parameter in recipe.method.parameters where parameter.scope == scope {
      guard let value = find(parameter.key) ?? parameter.standard else {
        throw Rejection(
          MergeRules.parameter,
          "line \(line): \(recipe.method.id) has no \(parameter.key) for \(place)")
      }
      if let range = parameter.range, !parameter.admits(value) {
        throw Rejection(
          MergeRules.parameter,
          "line \(line): \(parameter.key) for \(place) is not from \(range.lowerBound) to "
            + "\(range.upperBound)")
      }
      values[parameter.key] = value
    }
    return MergeValues(values)
  }

  /// What is no float: a model's own, where the type agrees.
  private func copied(_ name: String, _ inputs: [Input]) throws(Rejection) -> MergePlan.Item? {
    guard let strange = inputs.first(where: { !$0.dtype.isConvertibleFloat }) else { return nil }
    for input in inputs where input.dtype != strange.dtype || input.shape != strange.shape {
      throw Rejection(
        MergeRules.tensors,
        "line \(input.source.line): \(name) is \(input.dtype.rawValue) "
          + "\(input.shape.dimensions) in \(input.source.model), "
          + "\(strange.dtype.rawValue) \(strange.shape.dimensions) in \(strange.source.model)")
    }
    return MergePlan.Item(
      name: name, shape: strange.shape, dtype: strange.dtype, making: .copied(inputs[0].origin),
      twins: inputs.dropFirst().map(\.origin))
  }

  private enum Absence {
    case left
    case passed(Input)
    case merged
  }

  /// A name of the result: with the prefix if any model has it, in whichever layer.
  private func name(_ key: String) -> String {
    aliased.contains(LayerName(key).numbered(0)) ? TensorNames.alias + key : key
  }

  /// What becomes of a tensor that some models do without.
  private func absent(
    _ name: String, _ inputs: [Input], _ sources: [MergeRecipe.Source], _ base: ModelReference?
  ) throws(Rejection) -> Absence {
    let own = inputs.first { $0.source.model == base }
    if TensorNames.isOptional(name) {
      switch recipe.method.inputs.absence {
      case .onlyOnePasses where inputs.count == 1: return .passed(inputs[0])
      case .onlyBasePasses where inputs.count == 1 && own != nil: return .passed(inputs[0])
      case .basePassesOrNone: return own.map { .passed($0) } ?? .left
      case .refused where recipe.method.inputs.base != .required || own != nil:
        if takes(inputs.map(\.source), base) { return .merged }
      default: break
      }
    }
    let lacking = sources.first { source in
      !inputs.contains { $0.source.model == source.model }
    }
    throw Rejection(
      MergeRules.tensors,
      "line \(lacking?.line ?? 0): \(lacking.map(\.model.description) ?? "a model") has no \(name)")
  }

  private func passed(_ name: String, _ input: Input) -> MergePlan.Item {
    MergePlan.Item(
      name: name, shape: input.shape,
      dtype: recipe.outputType ?? recipe.dtype ?? input.dtype, making: .copied(input.origin))
  }
}

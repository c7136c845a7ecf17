public import Diagnostics
internal import Merging
internal import TensorCore
public import YAML

extension MergeRecipe {
  /// The recipes of a file, of which later ones may use the results of earlier ones. Throws F01,
  /// M01, M02, M03 and M07, with line and key.
  public static func read(path: String, isRaw: Bool = false) throws(Rejection) -> [MergeRecipe] {
    let documents = try YAMLDocument.all(path: path, under: MergeRules.malformed)
    return try locating(Place(file: path)) { () throws(Rejection) in
      guard !documents.isEmpty else { throw Rejection(MergeRules.malformed, "line 1: it is empty") }
      var recipes: [MergeRecipe] = []
      for root in documents.map(\.root) {
        var recipe = try MergeRecipe(root, isRaw: isRaw)
        try recipe.expandPatterns(from: path)
        if let name = recipe.name, recipes.contains(where: { $0.name == name }) {
          throw Rejection(
            MergeRules.malformed, "line \(root.line): two documents have the name \(name)")
        }
        recipes.append(recipe)
      }
      return recipes
    }
  }

  private static let keys = [
    "merge_method", "models", "slices", "modules", "base_model", "parameters", "dtype",
    "out_dtype", "tokenizer_source", "tokenizer", "chat_template", "name",
  ]
  private static let rawKeys = [
    "merge_method", "models", "base_model", "parameters", "dtype", "out_dtype",
  ]

  /// Keys of other programs' recipes.
  private static let foreign = [
    "experts": "mixtures of experts are another program's recipes",
    "gate_mode": "mixtures of experts are another program's recipes",
    "genome": "searches for recipes are another program's",
  ]

  /// Reads a document; throws M01, M02, M03, M04 and M07.
  public init(_ root: YAMLNode, isRaw: Bool = false) throws(Rejection) {
    let reader = MergeReader(root, "the recipe")
    for member in root.members ?? [] {
      guard let reason = Self.foreign[member.key] else { continue }
      try reader.refuse(member.key, reason)
    }
    try reader.allow((isRaw ? Self.rawKeys : Self.keys) + ["evaluation"])
    let id = try reader.text("merge_method", of: try reader.need("merge_method"))
    guard let method = MergeMethods.named(id) else {
      throw reader.unknown(
        "the method \(id)", nearest: id, MergeMethods.all.map(\.id), at: root["merge_method"])
    }
    self.method = method
    evaluation = try Self.evaluation(reader, method)
    name = try root["name"].flatMap { (node) throws(Rejection) in
      node.isNull ? nil : try reader.text("name", of: node)
    }
    base = try reader.model("base_model")
    dtype = try reader.dtype("dtype")
    outputType = try reader.dtype("out_dtype")
    parameters = try MergeReader.parameters(root["parameters"], method)
    let appended = base.map { base in
      Source(
        model: base, layers: nil, parameters: [:], line: root["base_model"]?.line ?? root.line,
        isAppended: true)
    }
    slices = try Self.layers(reader, method, appended)
    vocabulary = try VocabularyRecipe(reader)
    chatTemplate = try ChatTemplateRecipe(reader)
    if let vocabulary, evaluation != nil, vocabulary.isChanging {
      throw Rejection(
        MergeRules.unsupported,
        "line \(vocabulary.line): models that are chosen among have one vocabulary, and keep it")
    }
  }

  /// What a method that chooses judges models on. Throws M02 for a method that does not.
  private static func evaluation(
    _ reader: MergeReader, _ method: any MergeMethod
  ) throws(Rejection) -> MergeEvaluation? {
    if method.inputs.isSelective { return try MergeEvaluation(try reader.need("evaluation")) }
    guard let node = reader.node["evaluation"], !node.isNull else { return nil }
    let selective = MergeMethods.all.filter(\.inputs.isSelective).map(\.id)
    throw Rejection(
      MergeRules.unknownKey,
      "line \(node.line): evaluation: \(method.id) chooses nothing; "
        + "\(selective.joined(separator: ", ")) does")
  }

  private static func layers(
    _ reader: MergeReader, _ method: any MergeMethod, _ base: Source?
  ) throws(Rejection) -> [Slice] {
    let given = ["models", "slices", "modules"].filter { reader.node[$0]?.isNull == false }
    guard given.count == 1 else {
      throw reader.malformed("it needs one of models, slices and modules, and has \(given.count)")
    }
    if let models = reader.node["models"], !models.isNull {
      let sources = try reader.list("models", models).map { (node) throws(Rejection) in
        try Self.source(node, method, takesLayers: false)
      }
      let slice = try Self.slice(sources, base: nil, parameters: [:], line: models.line, base)
      return [slice]
    }
    if let modules = reader.node["modules"], !modules.isNull {
      return try Self.module(modules, method, base)
    }
    guard let slices = reader.node["slices"] else { return [] }
    return try Self.slices(slices, reader, method)
  }

  private static func slices(
    _ node: YAMLNode, _ reader: MergeReader, _ method: any MergeMethod
  ) throws(Rejection) -> [Slice] {
    try reader.list("slices", node).map { (node) throws(Rejection) in
      let reader = MergeReader(node, "a slice")
      // mergekit reads residual_weight and does nothing with it.
      try reader.allow(["sources", "base_model", "parameters", "residual_weight"])
      let sources = try reader.list("sources", try reader.need("sources"))
        .map { (node) throws(Rejection) in try Self.source(node, method, takesLayers: true) }
      let own = try reader.model("base_model")
      return try Self.slice(
        sources, base: own, parameters: try MergeReader.parameters(node["parameters"], method),
        line: node.line, nil)
    }
  }

  /// The only module of a recipe that names modules: models of text have one.
  private static func module(
    _ node: YAMLNode, _ method: any MergeMethod, _ base: Source?
  ) throws(Rejection) -> [Slice] {
    guard let modules = node.members, !modules.isEmpty else {
      throw Rejection(
        MergeRules.malformed, "line \(node.line): modules is no mapping, or an empty one")
    }
    guard modules.count == 1 else {
      throw Rejection(
        MergeRules.unsupported, "line \(node.line): modules: only models of one module are merged")
    }
    let reader = MergeReader(modules[0].value, "a module")
    try reader.allow(["models", "slices", "parameters"])
    let slices = try layers(reader, method, base)
    let own = try MergeReader.parameters(modules[0].value["parameters"], method)
    return slices.map { slice in
      var slice = slice
      slice.moduleParameters = own
      return slice
    }
  }

  /// A slice, with the base behind its models where it is not among them.
  private static func slice(
    _ sources: [Source], base: ModelReference?, parameters: [String: MergeSetting], line: Int,
    _ appended: Source?
  ) throws(Rejection) -> Slice {
    var sources = sources
    if let appended, !sources.contains(where: { $0.model == appended.model }) {
      sources.append(appended)
    }
    var seen: Set<ModelReference> = []
    for source in sources where !seen.insert(source.model).inserted {
      throw Rejection(
        MergeRules.inputs, "line \(source.line): the model \(source.model) stands twice")
    }
    return Slice(sources: sources, base: base, parameters: parameters, line: line)
  }

  private static func source(
    _ node: YAMLNode, _ method: any MergeMethod, takesLayers: Bool
  ) throws(Rejection) -> Source {
    let reader = MergeReader(node, "an input")
    let needsStatistics = method.inputs.statistics != nil
    try reader.allow(
      ["model", "parameters"] + (takesLayers ? ["layer_range"] : [])
        + (needsStatistics ? ["statistics"] : []))
    let layers = takesLayers ? try reader.range("layer_range") : nil
    var source = Source(
      model: try MergeReader.model(try reader.need("model"), key: "model"), layers: layers,
      parameters: try MergeReader.parameters(node["parameters"], method), line: node.line)
    if needsStatistics {
      source.statistics = try reader.text("statistics", of: try reader.need("statistics"))
    }
    return source
  }
}

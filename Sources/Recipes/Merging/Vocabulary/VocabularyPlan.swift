internal import Checkpoints
internal import Diagnostics
internal import TensorCore

/// The vocabulary of a merge's result, and where the rows of embeddings and heads come from.
public struct VocabularyPlan: Sendable {
  /// The tokenizer of the result.
  public let tokenizer: MergeTokenizer
  /// How many rows embeddings and heads get.
  public let rowCount: Int
  /// How many of them have a token.
  public let tokenCount: Int
  /// The models that rows come from.
  private let models: [ModelReference]
  /// The tensors of each model, by their names.
  private(set) var tensors: [[String: NamedTensor]]
  /// Where the rows of a model's tensor come from.
  public private(set) var origins: [Origins] = []
  /// What there is to say of tokens that no model has a row for.
  private(set) var warnings: [Audit.Warning] = []

  /// Where the rows of a model's tensor come from.
  public struct Origins: Sendable, Equatable {
    /// The tensor.
    public let name: String
    /// The model.
    public let model: ModelReference
    /// The model's own rows.
    public let own: Int
    /// Rows of other models.
    public let others: Int
    /// Means over models.
    public let means: Int
    /// Rows of zeros.
    public let zeros: Int
    /// Rows without a token: the mean of all that have one.
    public let padding: Int
  }

  /// Settles the vocabulary that a recipe asks for and gives each of its models' tensors the rows;
  /// nil where files are copied alone: the recipe asks for none, or no model has a tokenizer.json
  /// and all have the same files. Throws M06 and M12.
  init?(
    _ recipe: MergeRecipe, _ tokenizers: [ModelReference: MergeTokenizer],
    _ tensors: [[String: NamedTensor]]
  ) throws(Rejection) {
    guard let wanted = recipe.vocabulary else { return nil }
    let models = recipe.models
    let source = wanted.tokenizerModel(recipe)
    guard try Self.areDescribed(Set(models + [source]), tokenizers, wanted) else { return nil }
    let limits = models.indices.map { model in
      Self.limit(tokenizers[models[model]], tensors[model])
    }
    let result = try VocabularyUnion(
      recipe: recipe, wanted: wanted, source: source, tokenizers: tokenizers,
      limits: Dictionary(zip(models, limits), uniquingKeysWith: { first, _ in first })
    ).tokenizer()
    let needed = (result.tokens.last?.id ?? -1) + 1
    let multiple = wanted.multiple ?? 1
    rowCount = (needed + multiple - 1) / multiple * multiple
    (tokenizer, tokenCount) = (result.with(vocabularySize: rowCount), result.tokens.count)
    (self.models, self.tensors) = (models, tensors)
    let chooser = try RowChooser(
      wanted: wanted, tokenizer: result, models: models, tokenizers: tokenizers, limits: limits)
    try gather(recipe, chooser)
  }

  /// Whether each tokenizer has a tokenizer.json. Throws M12 where one has none, and another has
  /// one, or other files, or where rows are asked for.
  private static func areDescribed(
    _ models: Set<ModelReference>, _ tokenizers: [ModelReference: MergeTokenizer],
    _ wanted: VocabularyRecipe
  ) throws(Rejection) -> Bool {
    let sorted = models.sorted { "\($0)" < "\($1)" }
    guard let bare = sorted.first(where: { tokenizers[$0]?.isDescribed != true }) else {
      return true
    }
    let files = sorted.map { tokenizers[$0]?.vocabularyFiles ?? [] }
    let areSame = files.allSatisfy { files[0] == $0 }
    guard areSame, wanted.tokens.isEmpty, wanted.multiple == nil else {
      throw Rejection(
        MergeRules.vocabulary,
        "line \(wanted.line): \(bare) has no tokenizer.json that tells its tokens"
          + (areSame ? "" : ", and the tokenizers' files differ"))
    }
    return false
  }

  /// How many rows of a model can have a token.
  private static func limit(
    _ tokenizer: MergeTokenizer?, _ tensors: [String: NamedTensor]
  ) -> Int {
    let rows = tensors.filter { VocabularyNames.isOne(TensorNames.canonical($0.key).key) }
      .compactMap { $0.value.shape.dimensions.first }
    return min(tokenizer?.vocabularySize ?? .max, rows.min() ?? .max)
  }

  // MARK: Tensors

  /// Replaces embeddings and heads by those with the result's rows.
  private mutating func gather(
    _ recipe: MergeRecipe, _ chooser: RowChooser
  ) throws(Rejection) {
    let files = tensors.map { tensors in
      Dictionary(
        tensors.keys.sorted().map { (TensorNames.canonical($0).key, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let keys = Set(files.flatMap(\.keys)).filter { VocabularyNames.isOne($0) }
    let before = tensors
    for key in keys.sorted() {
      var sources: [Int: NamedTensor] = [:]
      for model in models.indices {
        for candidate in [key] + TensorNames.ties(key) where sources[model] == nil {
          sources[model] = files[model][candidate].flatMap { before[model][$0] }
        }
      }
      let takingPart = recipe.participants(LayerName(key).isBeforeLayers)
        .filter { sources[$0] != nil }
      let plan = try chooser.plan(
        takingPart, base: recipe.base.flatMap { models.firstIndex(of: $0) },
        rowCount: rowCount, having: Set(sources.keys), name: key)
      if plan.orphanCount > 0 { warnings.append(Self.warning(plan.orphanCount, of: key)) }
      let dtype = recipe.dtype ?? DType.promoted(takingPart.compactMap { sources[$0]?.dtype })
      for model in takingPart {
        try place(
          RowTensor(name: key, model: model, plan: plan, sources: sources, dtype: dtype),
          as: files[model][key])
      }
    }
  }

  /// `name` is nil where another tensor stands for this one: a tied head.
  private mutating func place(_ rows: RowTensor, as name: String?) throws(Rejection) {
    let counts = rows.plan.counts(of: rows.model)
    origins.append(
      Origins(
        name: rows.name, model: models[rows.model], own: counts.own, others: counts.others,
        means: counts.means, zeros: counts.zeros, padding: counts.padding))
    let old = rows.sources[rows.model]?.shape.dimensions.first ?? 0
    if name != nil, rows.plan.isIdentity(rows.model, rowCount: old) { return }
    let name = name ?? rows.name
    tensors[rows.model][name] = NamedTensor(name: name, content: try rows.content())
  }

  private static func warning(_ count: Int, of tensor: String) -> Audit.Warning {
    Audit.Warning(
      rule: MergeRules.vocabulary,
      message: "rows of zeros for \(count) tokens, which none of its models has",
      place: Place(tensor: tensor))
  }
}

extension MergeRecipe {
  /// The positions of the models whose tensors before, or behind, the layers are merged.
  func participants(_ isBeforeLayers: Bool) -> [Int] {
    guard let first = slices.first, let last = slices.last else { return [] }
    let sources =
      isBeforeLayers ? first.sources : Array(last.sources.prefix(first.sources.count))
    return sources.compactMap { models.firstIndex(of: $0.model) }
  }
}

extension VocabularyRecipe {
  /// The model whose tokenizer the result's is, or begins with.
  func tokenizerModel(_ recipe: MergeRecipe) -> ModelReference {
    if case .model(let model) = source { model } else { recipe.donor }
  }
}

extension MergeTokenizer {
  /// Whether it tells its tokens.
  var isDescribed: Bool { !tokens.isEmpty }

  /// The files that tell the tokens to those who cannot read them.
  fileprivate var vocabularyFiles: [[UInt8]?] {
    ["tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "added_tokens.json"]
      .map { content(of: $0) }
  }
}

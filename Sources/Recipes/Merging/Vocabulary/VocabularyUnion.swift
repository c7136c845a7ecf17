internal import Diagnostics
internal import JSON

/// Makes the tokenizer of the result.
struct VocabularyUnion {
  let recipe: MergeRecipe
  let wanted: VocabularyRecipe
  /// The model whose tokenizer it is, or begins with.
  let source: ModelReference
  let tokenizers: [ModelReference: MergeTokenizer]
  /// How many rows each model of the recipe has.
  let limits: [ModelReference: Int]

  /// The source's tokenizer without tokens that its model has no rows for; with those of the other
  /// models behind it where the union is asked for, and with those that the recipe has rows for.
  /// Throws M12.
  func tokenizer() throws(Rejection) -> MergeTokenizer {
    guard let own = tokenizers[source] else { preconditionFailure("the source is described") }
    // A model that is not merged lends its tokens and no rows.
    let limit = limits[source] ?? .max
    let known = Set(own.tokens.filter { $0.id < limit }.map { ExactText($0.text) })
    let additions = wanted.source == .union ? union(known) : []
    try check(known, additions)
    return try own.changed(limit: limit, adding: additions)
  }

  /// Tokens of models first, each model's by their ids, then added tokens.
  private func union(_ known: Set<ExactText>) -> [MergeTokenizer.Addition] {
    var seen = known
    var additions: [MergeTokenizer.Addition] = []
    let others = recipe.models.filter { $0 != source }
    let added = others.flatMap { model in
      (tokenizers[model]?.added ?? []).filter { $0.id < limits[model] ?? .max }
    }
    let addedTexts = Set(added.map { ExactText($0.text) })
    for model in others {
      for token in tokenizers[model]?.tokens ?? [] where token.id < limits[model] ?? .max {
        let text = ExactText(token.text)
        guard !addedTexts.contains(text), seen.insert(text).inserted else { continue }
        additions.append(.init(text: token.text, description: nil))
      }
    }
    for token in added where seen.insert(ExactText(token.text)).inserted {
      additions.append(.init(text: token.text, description: token.description))
    }
    for token in wanted.tokens where !token.isOfSameName {
      guard seen.insert(ExactText(token.text)).inserted else { continue }
      additions.append(.init(text: token.text, description: nil))
    }
    return additions
  }

  /// Throws M12 for a row of a token that the result does not have.
  private func check(
    _ known: Set<ExactText>, _ additions: [MergeTokenizer.Addition]
  ) throws(Rejection) {
    let all = known.union(additions.map { ExactText($0.text) })
    for token in wanted.tokens where !all.contains(ExactText(token.text)) {
      throw Rejection(
        MergeRules.vocabulary,
        "line \(token.line): tokens: the result has no token \(token.text)")
    }
  }
}

extension VocabularyRecipe.Token {
  /// Whether the row is that of the same token, which a model must have.
  fileprivate var isOfSameName: Bool {
    if case .model = row { true } else { false }
  }
}

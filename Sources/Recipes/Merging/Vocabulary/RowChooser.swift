internal import Diagnostics

/// Chooses the rows of the result's tokens from models.
struct RowChooser {
  private let wanted: VocabularyRecipe
  private let tokenizer: MergeTokenizer
  private let models: [ModelReference]
  /// The row of each of the result's tokens in each model; −1 for none.
  private let rows: [[Int32]]
  /// What the recipe says of tokens, by their position among the result's.
  private let chosen: [Int: (origin: RowPlan.Origin, isForced: Bool, line: Int)]

  /// Looks tokens up in models. Throws M04 for a row of a model that is not merged, and M12 for one
  /// that a model does not have.
  init(
    wanted: VocabularyRecipe, tokenizer: MergeTokenizer, models: [ModelReference],
    tokenizers: [ModelReference: MergeTokenizer], limits: [Int]
  ) throws(Rejection) {
    (self.wanted, self.tokenizer, self.models) = (wanted, tokenizer, models)
    func row(_ token: String, _ model: Int) -> Int? {
      tokenizers[models[model]]?.id(of: token).flatMap { $0 < limits[model] ? $0 : nil }
    }
    rows = models.indices.map { model in
      tokenizer.tokens.map { Int32(row($0.text, model) ?? -1) }
    }
    let places = Dictionary(
      tokenizer.tokens.enumerated().map { (ExactText($1.text), $0) },
      uniquingKeysWith: { first, _ in first })
    var chosen: [Int: (origin: RowPlan.Origin, isForced: Bool, line: Int)] = [:]
    for token in wanted.tokens {
      guard let place = places[ExactText(token.text)] else { continue }
      let origin = try Self.origin(token, models, limits, row)
      chosen[place] = (origin, token.isForced, token.line)
    }
    self.chosen = chosen
  }

  private static func origin(
    _ token: VocabularyRecipe.Token, _ models: [ModelReference], _ limits: [Int],
    _ row: (String, Int) -> Int?
  ) throws(Rejection) -> RowPlan.Origin {
    let what = "line \(token.line): the token \(token.text)"
    func position(_ model: ModelReference) throws(Rejection) -> Int {
      guard let position = models.firstIndex(of: model) else {
        throw Rejection(
          MergeRules.inputs, "\(what) has its row from \(model), which is not merged")
      }
      return position
    }
    switch token.row {
    case .zero: return .zero
    case .model(let model):
      let position = try position(model)
      guard let row = row(token.text, position) else {
        throw Rejection(MergeRules.vocabulary, "\(what) is none of \(model)")
      }
      return .row(model: position, row: row)
    case .token(let model, let text):
      let position = try position(model)
      guard let row = row(text, position) else {
        throw Rejection(MergeRules.vocabulary, "\(what): \(model) has no token \(text)")
      }
      return .row(model: position, row: row)
    case .id(let model, let id):
      let position = try position(model)
      guard id < limits[position] else {
        throw Rejection(
          MergeRules.vocabulary,
          "\(what): \(model) has no row \(id), and \(limits[position]) of them")
      }
      return .row(model: position, row: id)
    }
  }

  /// The rows of one tensor of the models that take part. `having` are the models that have it.
  /// Throws M12 where a row is wanted of one that has not.
  func plan(
    _ takingPart: [Int], base: Int?, rowCount: Int, having: Set<Int>, name: String
  ) throws(Rejection) -> RowPlan {
    for choice in chosen.values.sorted(by: { $0.line < $1.line }) {
      guard case .row(let model, _) = choice.origin, !having.contains(model) else { continue }
      throw Rejection(
        MergeRules.vocabulary,
        "line \(choice.line): tokens: \(models[model]) has no \(name) to take a row from")
    }
    return RowPlan(
      ids: tokenizer.tokens.map(\.id), rowCount: rowCount, participants: takingPart, base: base,
      rows: { model, place in rows[model][place] < 0 ? nil : Int(rows[model][place]) },
      chosen: { place in chosen[place].map { ($0.origin, $0.isForced) } })
  }
}

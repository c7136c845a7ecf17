extension MergeRun {
  /// The tokenizer of the result, with the template that the recipe asks for; nil for the donor's
  /// files as they are.
  public func tokenizer(
    _ recipe: MergeRecipe, _ tokenizers: [ModelReference: MergeTokenizer]
  ) -> MergeTokenizer? {
    let source = vocabulary?.tokenizer ?? tokenizers[recipe.tokenizerModel]
    guard let template = recipe.chatTemplate else { return source }
    let inputs = recipe.models.compactMap { tokenizers[$0] }
    guard let source, let text = ChatTemplates.template(template, inputs) else { return source }
    return source.with(chatTemplate: text)
  }
}

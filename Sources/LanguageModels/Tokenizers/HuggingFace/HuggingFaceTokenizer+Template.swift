internal import Diagnostics
internal import JSON

extension HuggingFaceTokenizer {
  /// What the post-processor makes of a single text; the text alone where there is none.
  static func template(
    _ root: DescriptionNode, vocabularySize: Int
  ) throws(Rejection) -> [TemplatePart] {
    for node in try root.optional("post_processor")?.steps("processors") ?? [] {
      switch try node.required("type").text() {
      // Only offsets are changed by it, which are not given.
      case "ByteLevel": continue
      case "TemplateProcessing": return try parts(node, vocabularySize)
      case let type: throw node.unsupported("the post-processor \(type)")
      }
    }
    return [.text]
  }

  private static func parts(
    _ node: DescriptionNode, _ vocabularySize: Int
  ) throws(Rejection) -> [TemplatePart] {
    var parts: [TemplatePart] = []
    for element in try node.required("single").elements() {
      guard let special = element.optional("SpecialToken") else {
        parts.append(.text)
        continue
      }
      let name = try special.required("id").text()
      var ids: [Int32] = []
      for id in try node.required("special_tokens").required(name).required("ids").elements() {
        let number = try id.count()
        guard number < vocabularySize else {
          throw Rejection(
            LanguageModelRules.contradictoryVocabulary,
            "\(id.path): the id \(number) is no token's")
        }
        ids.append(Int32(number))
      }
      parts.append(.tokens(ids))
    }
    return parts
  }
}

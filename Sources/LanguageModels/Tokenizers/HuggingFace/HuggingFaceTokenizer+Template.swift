internal import Diagnostics
internal import JSON

extension HuggingFaceTokenizer {
  /// What the post-processor makes of a single text; the text alone where there is none.
  static func template(_ root: DescriptionNode) throws(Rejection) -> [TemplatePart] {
    for node in try root.optional("post_processor")?.steps("processors") ?? [] {
      switch try node.required("type").text() {
      // Only offsets are changed by it, which are not given.
      case "ByteLevel": continue
      case "TemplateProcessing": return try parts(node)
      case let type: throw node.unsupported("the post-processor \(type)")
      }
    }
    return [.text]
  }

  private static func parts(_ node: DescriptionNode) throws(Rejection) -> [TemplatePart] {
    var parts: [TemplatePart] = []
    for element in try node.required("single").elements() {
      guard let special = element.optional("SpecialToken") else {
        parts.append(.text)
        continue
      }
      let name = try special.required("id").text()
      var ids: [Int32] = []
      for id in try node.required("special_tokens").required(name).required("ids").elements() {
        guard let number = Int32(exactly: try id.count()) else { throw id.damage("is no id") }
        ids.append(number)
      }
      parts.append(.tokens(ids))
    }
    return parts
  }
}

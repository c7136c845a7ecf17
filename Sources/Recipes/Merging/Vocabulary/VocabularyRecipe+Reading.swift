internal import Diagnostics
internal import JSON
internal import Merging
internal import YAML

extension VocabularyRecipe {
  /// Reads `tokenizer_source` or `tokenizer` of a recipe; nil where there is neither. Throws M01,
  /// M02 and M07.
  init?(_ recipe: MergeReader) throws(Rejection) {
    let source = recipe.node["tokenizer_source"]
    guard let section = recipe.node["tokenizer"], !section.isNull else {
      guard let source, !source.isNull else { return nil }
      self.init(source: try Self.source(source, key: "tokenizer_source"), line: source.line)
      return
    }
    guard source?.isNull ?? true else {
      let keys = ["tokenizer", "tokenizer_source"]
      let line = recipe.node.members?.last { keys.contains($0.key) }?.line ?? 1
      throw Rejection(
        MergeRules.malformed, "line \(line): tokenizer and tokenizer_source exclude each other")
    }
    let reader = MergeReader(section, "tokenizer")
    try reader.allow(["source", "tokens", "pad_to_multiple_of"])
    // mergekit takes the union where no source is named, and none for no name.
    self.init(
      source: try section["source"].map { (node) throws(Rejection) in
        try Self.source(node, key: "source")
      } ?? .union,
      tokens: try Self.tokens(section["tokens"]),
      multiple: try Self.multiple(section["pad_to_multiple_of"]), line: section.line)
  }

  private static func source(_ node: YAMLNode, key: String) throws(Rejection) -> Source {
    switch node.text {
    case "union": .union
    case "base": .base
    default: .model(try MergeReader.model(node, key: key))
    }
  }

  private static func multiple(_ node: YAMLNode?) throws(Rejection) -> Int? {
    guard let node, !node.isNull else { return nil }
    guard let scalar = node.scalar,
      case .integer(let value) = MergeValue(scalar, as: .integer), 1...(1 << 20) ~= value
    else {
      throw Rejection(
        MergeRules.malformed,
        "line \(node.line): pad_to_multiple_of is \(node.json.text()), no number of rows")
    }
    return value
  }

  private static func tokens(_ node: YAMLNode?) throws(Rejection) -> [Token] {
    guard let node, !node.isNull else { return [] }
    guard let members = node.members else {
      throw Rejection(MergeRules.malformed, "line \(node.line): tokens is no mapping")
    }
    return try members.map { (member) throws(Rejection) in
      let what = "the token \(member.key)"
      let reader = MergeReader(member.value, what)
      try reader.allow(["source", "force"])
      return Token(
        text: member.key, row: try row(try reader.need("source"), what),
        isForced: try flag(member.value["force"], "force of \(what)"), line: member.line)
    }
  }

  private static func flag(_ node: YAMLNode?, _ what: String) throws(Rejection) -> Bool {
    guard let node, !node.isNull else { return false }
    guard let scalar = node.scalar, case .flag(let flag) = MergeValue(scalar, as: .flag) else {
      throw Rejection(
        MergeRules.malformed, "line \(node.line): \(what) is neither true nor false")
    }
    return flag
  }

  private static let kinds = ["model_token", "zero"]

  /// A model, or a mapping with a kind; a mapping without one is a model as mergekit writes it.
  private static func row(_ node: YAMLNode, _ what: String) throws(Rejection) -> Row {
    let reader = MergeReader(node, "the source of \(what)")
    let rowKeys = ["kind", "token", "token_id"]
    guard let members = node.members, members.contains(where: { rowKeys.contains($0.key) }) else {
      return .model(try MergeReader.model(node, key: "source of \(what)"))
    }
    let kind = try reader.text("kind", of: try reader.need("kind"))
    switch kind {
    case "zero":
      try reader.allow(["kind"])
      return .zero
    case "model_token":
      try reader.allow(["kind", "model", "token", "token_id"])
      return try modelToken(reader, what)
    default:
      throw reader.unknown("kind \(kind)", nearest: kind, kinds, at: node["kind"])
    }
  }

  private static func modelToken(_ reader: MergeReader, _ what: String) throws(Rejection) -> Row {
    let model = try MergeReader.model(try reader.need("model"), key: "model of \(what)")
    let token = reader.node["token"].flatMap { $0.isNull ? nil : $0 }
    let id = reader.node["token_id"].flatMap { $0.isNull ? nil : $0 }
    switch (token, id) {
    case (let token?, nil): return .token(model, try reader.text("token", of: token))
    case (nil, let id?):
      guard let scalar = id.scalar,
        case .integer(let number) = MergeValue(scalar, as: .integer), number >= 0
      else {
        throw Rejection(
          MergeRules.malformed,
          "line \(id.line): token_id of \(what) is \(id.json.text()), no id")
      }
      return .id(model, number)
    default:
      throw reader.malformed("the source of \(what) needs one of token and token_id")
    }
  }
}

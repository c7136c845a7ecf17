public import Diagnostics
internal import JSON
internal import TensorCore

/// A model's tokenizer as merges see it: its tokens and their ids, and the files that say so.
public struct MergeTokenizer: Sendable {
  /// The content of a file.
  public typealias File = (name: String, content: [UInt8])

  /// What tokenizers are written to.
  static let names = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja",
  ]
  /// More ids than this no embedding has.
  static let mostIDs = 1 << 24

  /// The files.
  public internal(set) var files: [File]
  /// The content of tokenizer.json; nil where there is none.
  private(set) var description: JSONValue?
  /// How many rows the model has for tokens, by its config.json.
  private(set) var vocabularySize: Int?
  /// The tokens by their ids, in ascending order.
  private(set) var tokens: [(id: Int, text: String)] = []
  /// What tokenizer.json says of those that are matched before all others.
  private(set) var added: [(id: Int, text: String, description: JSONValue)] = []
  private var ids: [ExactText: Int] = [:]

  /// The tokenizer of a model's folder. Throws M12 for a tokenizer.json that is none, and
  /// F01, F04 and M05 for files that cannot be read.
  public init(folder: String) throws(Rejection) {
    files = []
    for name in Self.names {
      if let bytes = try CompanionFile.content("\(folder)/\(name)") { files.append((name, bytes)) }
    }
    let configuration = try CompanionFile.content("\(folder)/config.json")
      .flatMap { try? JSONValue(parsing: $0) }
    vocabularySize =
      (configuration?["vocab_size"] ?? configuration?["text_config"]?["vocab_size"])?.integer
    guard let bytes = content(of: "tokenizer.json") else { return }
    self = try locating(Place(file: "\(folder)/tokenizer.json")) { () throws(Rejection) in
      try described(
        by: try JSONValue(parsing: bytes, "it", orRefuse: MergeRules.vocabulary))
    }
  }

  /// The content of a file; nil where there is none.
  func content(of name: String) -> [UInt8]? { files.first { $0.name == name }?.content }

  /// How transformers writes that lengths have no limit: a number that does not fit 64 bits, and
  /// what stands for it here.
  static let noLimitInFull = "1000000000000000019884624838656"
  static let noLimit = "1e+30"

  /// A file of JSON; nil where there is none.
  func json(of name: String) -> JSONValue? {
    guard let bytes = content(of: name) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
      .replacing(": \(Self.noLimitInFull)", with: ": \(Self.noLimit)")
    return try? JSONValue(parsing: Array(text.utf8))
  }

  /// The tokenizer of a model with so many rows.
  func with(vocabularySize: Int) -> MergeTokenizer {
    var other = self
    other.vocabularySize = vocabularySize
    return other
  }

  /// The id of a token; nil where it is none.
  func id(of token: String) -> Int? { ids[ExactText(token)] }

  /// The tokenizer with the tokens of another description. Throws M12.
  func described(by description: JSONValue) throws(Rejection) -> MergeTokenizer {
    var other = self
    other.description = description
    (other.ids, other.added) = ([:], [])
    var all = try Self.modelTokens(description)
    for entry in description["added_tokens"]?.elements ?? [] {
      guard let id = entry["id"]?.integer, let text = entry["content"]?.string else {
        throw Rejection(MergeRules.vocabulary, "an added token has no id or no content")
      }
      all.append((id, text))
      other.added.append((id, text, entry))
    }
    for token in all {
      try Self.check(token.id)
      other.ids[ExactText(token.text)] = token.id
    }
    other.tokens = try Self.sorted(all.filter { other.id(of: $0.text) == $0.id })
    return other
  }

  private static func check(_ id: Int) throws(Rejection) {
    guard (0..<mostIDs).contains(id) else {
      throw Rejection(MergeRules.vocabulary, "the id \(id) is no row of an embedding")
    }
  }

  /// What the model of a description tells: a mapping to ids, or a list of pairs whose first ones
  /// are the tokens in the order of their ids.
  private static func modelTokens(
    _ description: JSONValue
  ) throws(Rejection) -> [(id: Int, text: String)] {
    let vocabulary = description["model"]?["vocab"]
    if let members = vocabulary?.members {
      let tokens = members.compactMap { member in member.value.integer.map { ($0, member.key) } }
      if tokens.count == members.count { return tokens }
    } else if let elements = vocabulary?.elements {
      let texts = elements.compactMap { $0.elements?.first?.string }
      if texts.count == elements.count { return Array(zip(texts.indices, texts)) }
    }
    throw Rejection(MergeRules.vocabulary, "its model has no vocab that is known here")
  }

  private static func sorted(
    _ all: [(id: Int, text: String)]
  ) throws(Rejection) -> [(id: Int, text: String)] {
    var tokens: [(id: Int, text: String)] = []
    for token in all.sorted(by: { $0.id < $1.id }) {
      guard let last = tokens.last, last.id == token.id else {
        tokens.append(token)
        continue
      }
      guard ExactText(last.text) == ExactText(token.text) else {
        throw Rejection(
          MergeRules.vocabulary, "\(last.text) and \(token.text) have the same id, \(token.id)")
      }
    }
    return tokens
  }

  /// The template that the files have for chats; nil where they have none.
  var chatTemplate: String? {
    if let bytes = content(of: "chat_template.jinja") {
      return String(decoding: bytes, as: UTF8.self)
    }
    guard let template = json(of: "tokenizer_config.json")?["chat_template"] else { return nil }
    if let text = template.string { return text }
    let named = template.elements?.first { $0["name"]?.string == "default" }
    return named?["template"]?.string
  }
}

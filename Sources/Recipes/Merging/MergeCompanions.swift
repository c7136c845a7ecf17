internal import Checkpoints
public import Diagnostics
internal import JSON
internal import Merging

/// The small files beside merged weights: what programs need to load them, and how they were made.
public struct MergeCompanions: Sendable {
  /// The files by their names.
  public private(set) var files: [(name: String, content: [UInt8])] = []

  /// Those that are carried over from the donor.
  private static let carried = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "merges.txt", "generation_config.json",
    "chat_template.jinja", "preprocessor_config.json",
  ]

  /// The small files of a model's folder as they are: its configuration and its tokenizer.
  public static func carried(
    from folder: String
  ) throws(Rejection) -> [(name: String, content: [UInt8])] {
    var files: [(name: String, content: [UInt8])] = []
    for name in ["config.json"] + carried {
      if let bytes = try CompanionFile.content("\(folder)/\(name)") { files.append((name, bytes)) }
    }
    return files
  }

  /// The files of a merge by a plan, with what the donor's folder has. Throws F01, F04
  /// and M05 where one of them cannot be read.
  public init(
    _ recipe: MergeRecipe, _ plan: MergePlan, donor folder: String, tokenizer: MergeTokenizer?,
    source text: String
  ) throws(Rejection) {
    if let bytes = try CompanionFile.content("\(folder)/config.json") {
      files.append(("config.json", Self.config(bytes, recipe, plan, tokenizer?.vocabularySize)))
    }
    for name in Self.carried {
      if let tokenizer, MergeTokenizer.names.contains(name) {
        files += tokenizer.files.filter { $0.name == name }
      } else if let bytes = try CompanionFile.content("\(folder)/\(name)") {
        files.append((name, bytes))
      }
    }
    files.append(("mergekit_config.yml", Array(text.utf8)))
    files.append(("README.md", Array(Self.card(plan, text).utf8)))
  }

  /// The donor's configuration with the type and the number of layers of the result; what is no
  /// JSON stays as it is.
  private static func config(
    _ bytes: [UInt8], _ recipe: MergeRecipe, _ plan: MergePlan, _ vocabularySize: Int?
  ) -> [UInt8] {
    guard let json = try? JSONValue(parsing: bytes), var members = json.members else {
      return bytes
    }
    func set(_ key: String, _ value: JSONValue) {
      guard let place = members.firstIndex(where: { $0.key == key }) else { return }
      members[place].value = value
    }
    if let type = recipe.outputType ?? recipe.dtype {
      set("torch_dtype", .string(type.torchName))
      set("dtype", .string(type.torchName))
    }
    if let count = plan.layerCount {
      for key in ["num_hidden_layers", "n_layer", "num_layers"] { set(key, .integer(count)) }
    }
    if let vocabularySize {
      set("vocab_size", .integer(vocabularySize))
      if let place = members.firstIndex(where: { $0.key == "text_config" }),
        let inner = members[place].value.members
      {
        members[place].value = .object(
          inner.map { ($0.key, $0.key == "vocab_size" ? .integer(vocabularySize) : $0.value) })
      }
    }
    return Array((JSONValue.object(members).text() + "\n").utf8)
  }

  private static func card(_ plan: MergePlan, _ text: String) -> String {
    let models = plan.models.map { "- `\($0)`" }.joined(separator: "\n")
    return """
      ---
      library_name: transformers
      tags:
      - merge
      ---
      # A merge by \(plan.method.id)

      \(plan.method.summary.prefix(1).uppercased() + plan.method.summary.dropFirst()). Made from

      \(models)

      by `birdie merge` with this recipe:

      ```yaml
      \(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      ```

      """
  }
}

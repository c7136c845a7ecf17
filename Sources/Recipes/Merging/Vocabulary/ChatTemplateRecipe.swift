internal import Diagnostics
internal import YAML

/// The template by which the result writes chats.
public enum ChatTemplateRecipe: Sendable, Equatable {
  /// That which most of the models have.
  case automatic
  /// A text in Jinja.
  case text(String)
}

extension ChatTemplateRecipe {
  /// The shortest template that is not taken for a name.
  private static let leastCount = 20

  /// Reads `chat_template` of a recipe; nil where there is none. Throws M01, M02 and M07.
  init?(_ recipe: MergeReader) throws(Rejection) {
    guard let node = recipe.node["chat_template"], !node.isNull else { return nil }
    let text = try recipe.text("chat_template", of: node)
    if text == "auto" {
      self = .automatic
    } else if let known = ChatTemplates.named(text) {
      self = .text(known)
    } else if text.contains("{"), text.utf8.count >= Self.leastCount {
      self = .text(text)
    } else {
      throw recipe.unknown(
        "chat_template \(text)", nearest: text, ["auto"] + ChatTemplates.all.map(\.name), at: node)
    }
  }
}

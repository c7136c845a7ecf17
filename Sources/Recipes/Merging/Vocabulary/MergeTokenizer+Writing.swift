internal import Diagnostics
internal import JSON

extension MergeTokenizer {
  /// A token that is appended, and what another tokenizer says of it.
  struct Addition {
    let text: String
    /// The member of `added_tokens` there; nil for a token of its model.
    let description: JSONValue?
  }

  /// The tokenizer without the tokens from an id on, and with others behind those that are left.
  ///
  /// They become added tokens, as `add_tokens` makes them: matched before the model cuts a text,
  /// whose merges stay as they are. Throws M12 where ids have holes, for `tokenizers` gives
  /// additions other ids then.
  func changed(limit: Int, adding additions: [Addition]) throws(Rejection) -> MergeTokenizer {
    let kept = tokens.filter { $0.id < limit }
    guard kept.count < tokens.count || !additions.isEmpty else { return self }
    guard var members = description?.members else { return self }
    if !additions.isEmpty, let last = kept.last, last.id != kept.count - 1 {
      throw Rejection(
        MergeRules.vocabulary,
        "tokens cannot be put behind ids with holes: \(kept.count) tokens have ids up to \(last.id)"
      )
    }
    if kept.count < tokens.count {
      members = members.map { member in
        member.key == "model" ? (member.key, Self.cut(member.value, limit)) : member
      }
    }
    let entries = additions.enumerated().map { place, addition in
      Self.entry(addition, id: kept.count + place)
    }
    let left = added.filter { $0.id < limit }.map(\.description)
    members.removeAll { $0.key == "added_tokens" }
    let place = members.firstIndex { $0.key == "padding" }.map { $0 + 1 } ?? members.endIndex
    members.insert(("added_tokens", .array(left + entries)), at: place)
    return try described(by: .object(members)).written(limit: limit, entries)
  }

  /// A member of `added_tokens` for an addition.
  private static func entry(_ addition: Addition, id: Int) -> JSONValue {
    func flag(_ key: String, _ standard: Bool) -> JSONValue {
      addition.description?[key] ?? .bool(standard)
    }
    return [
      "id": .integer(id), "content": .string(addition.text),
      "single_word": flag("single_word", false), "lstrip": flag("lstrip", false),
      "rstrip": flag("rstrip", false), "normalized": flag("normalized", true),
      "special": flag("special", false),
    ]
  }

  /// A description's model without the tokens from an id on, and without merges that need one.
  private static func cut(_ model: JSONValue, _ limit: Int) -> JSONValue {
    guard let members = model.members else { return model }
    var known: Set<ExactText>?
    var cut: [(key: String, value: JSONValue)] = []
    for member in members {
      switch (member.key, member.value) {
      case ("vocab", .object(let tokens)):
        let kept = tokens.filter { $0.value.integer.map { $0 < limit } ?? true }
        known = Set(kept.map { ExactText($0.key) })
        cut.append((member.key, .object(kept)))
      case ("vocab", .array(let tokens)):
        cut.append((member.key, .array(Array(tokens.prefix(limit)))))
      default: cut.append(member)
      }
    }
    guard let known, let place = cut.firstIndex(where: { $0.key == "merges" }),
      let merges = cut[place].value.elements
    else { return .object(cut) }
    let kept = merges.filter { merge in
      let pair = pair(merge)
      return pair.count != 2
        || (pair + [pair.joined()]).allSatisfy { known.contains(ExactText($0)) }
    }
    cut[place].value = .array(kept)
    return .object(cut)
  }

  /// The two tokens that a merge joins: a list of them, or a text with a space between them.
  private static func pair(_ merge: JSONValue) -> [String] {
    if let elements = merge.elements { return elements.compactMap(\.string) }
    return merge.string?.split(separator: " ").map(String.init) ?? []
  }

  // MARK: Files

  /// The tokenizer with its tokens in those of its files that tell of added ones.
  private func written(limit: Int, _ entries: [JSONValue]) -> MergeTokenizer {
    var other = self
    guard let description else { return other }
    other.replace("tokenizer.json", by: description.encoded(.pretty))
    other.edit("tokenizer_config.json") { members in
      Self.edit(&members, "added_tokens_decoder") { decoder in
        decoder.removeAll { Int($0.key).map { $0 >= limit } ?? false }
        decoder += entries.map { ("\($0["id"]?.integer ?? 0)", Self.decoder($0)) }
      }
    }
    other.edit("added_tokens.json") { tokens in
      tokens.removeAll { $0.value.integer.map { $0 >= limit } ?? false }
      tokens += entries.map { ($0["content"]?.string ?? "", $0["id"] ?? .null) }
    }
    return other
  }

  /// What transformers writes of an added token under its id.
  private static func decoder(_ entry: JSONValue) -> JSONValue {
    let keys = ["content", "lstrip", "normalized", "rstrip", "single_word", "special"]
    return .object(keys.map { ($0, entry[$0] ?? .null) })
  }

  private static func edit(
    _ members: inout [(key: String, value: JSONValue)], _ key: String,
    _ change: (inout [(key: String, value: JSONValue)]) -> Void
  ) {
    guard let place = members.firstIndex(where: { $0.key == key }),
      var inner = members[place].value.members
    else { return }
    change(&inner)
    members[place].value = .object(inner)
  }

  /// The tokenizer with another template for chats.
  func with(chatTemplate: String) -> MergeTokenizer {
    var other = self
    other.replace("chat_template.jinja", by: Array(chatTemplate.utf8))
    other.edit("tokenizer_config.json") { members in
      // The file of its own counts, and older programs know this one alone.
      guard let place = members.firstIndex(where: { $0.key == "chat_template" }) else { return }
      members[place].value = .string(chatTemplate)
    }
    return other
  }

  private mutating func replace(_ name: String, by content: [UInt8]) {
    if let place = files.firstIndex(where: { $0.name == name }) {
      files[place].content = content
    } else {
      files.append((name, content))
    }
  }

  /// Changes a file of JSON, if it is there; what a change leaves as it was keeps its bytes.
  private mutating func edit(
    _ name: String, _ change: (inout [(key: String, value: JSONValue)]) -> Void
  ) {
    guard let old = json(of: name), var members = old.members else { return }
    change(&members)
    let new = JSONValue.object(members)
    guard new != old else { return }
    let text = new.text(.pretty).replacing(": \(Self.noLimit)", with: ": \(Self.noLimitInFull)")
    replace(name, by: Array((text + "\n").utf8))
  }
}

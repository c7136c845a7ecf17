public import Diagnostics
public import JSON

extension QuantizationRecipe {
  /// What a recipe file says: `method` and its options for every large matrix, and under `tensors`
  /// a list of entries with `match`, `method` and its options, of which the last one that matches
  /// counts. Throws R01 and R02.
  public init(_ json: JSONValue) throws(Rejection) {
    guard let members = json.members else {
      throw Rejection(RecipeRules.malformed, "it has no keys at its top")
    }
    let general = members.filter { $0.key != "tensors" }
    var entries: [Entry] = []
    guard !general.contains(where: { $0.key == "match" }) else {
      throw Rejection(RecipeRules.unknownKey, "match at the top, outside the entries of tensors")
    }
    if !general.isEmpty { entries.append(try Self.entry(general, pattern: "*")) }
    for member in members where member.key == "tensors" {
      guard let list = member.value.elements else {
        throw Rejection(RecipeRules.malformed, "tensors is no list of entries")
      }
      for (index, item) in list.enumerated() {
        guard let members = item.members,
          let pattern = members.first(where: { $0.key == "match" })?.value.string
        else {
          throw Rejection(RecipeRules.malformed, "entry \(index + 1) of tensors has no match")
        }
        entries.append(try Self.entry(members.filter { $0.key != "match" }, pattern: pattern))
      }
    }
    self.init(entries)
  }

  private static func entry(
    _ members: [(key: String, value: JSONValue)], pattern: String
  ) throws(Rejection) -> Entry {
    guard let method = members.first(where: { $0.key == "method" })?.value.string else {
      let keys = members.map(\.key).joined(separator: ", ")
      throw Rejection(
        RecipeRules.unknownKey, "\(keys.isEmpty ? "nothing" : keys) for \(pattern), and no method")
    }
    let options = members.filter { $0.key != "method" }
    guard method != keep || options.isEmpty else {
      throw Rejection(
        RecipeRules.unknownKey,
        "\(options.map(\.key).joined(separator: ", ")) for \(pattern), which is kept as it is")
    }
    return Entry(pattern: pattern, method: method, options: options)
  }

  /// The recipe as JSON, of the form that it is read from.
  public var json: JSONValue {
    .object([
      (
        "tensors",
        .array(
          entries.map { entry in
            .object(
              [("match", .string(entry.pattern)), ("method", .string(entry.method))]
                + entry.options)
          })
      )
    ])
  }
}

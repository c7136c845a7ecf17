public import Diagnostics
public import JSON

extension QuantizationRecipe {
  /// What a recipe file says: `method` and its options for every large matrix, under `tensors` a
  /// list of entries with `match`, `method` and its options, of which the last one that matches
  /// counts, under `residual` the numbers `top` and `rank`, under `small` how what no entry matches
  /// is stored, and under `transforms` what is changed before. Throws R01 and R02.
  public init(_ json: JSONValue) throws(Rejection) {
    guard let members = json.members else {
      throw Rejection(RecipeRules.malformed, "it has no keys at its top")
    }
    let general = members.filter { !Self.wholeKeys.contains($0.key) }
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
    self.init(
      entries, residual: try json["residual"].map(Residual.init),
      small: try Self.small(json["small"]), transforms: try Self.transforms(of: json))
    try checkTransforms()
  }

  /// The keys that are about no tensor alone.
  private static let wholeKeys = ["tensors", "residual", "small", "transforms"]

  /// The transforms that a noted recipe has; none where it is not of Birdie's making.
  static func transforms(_ note: JSONValue) -> [String] { (try? transforms(of: note)) ?? [] }

  private static func transforms(of json: JSONValue) throws(Rejection) -> [String] {
    guard let value = json["transforms"] else { return [] }
    guard let list = value.elements else {
      throw Rejection(RecipeRules.malformed, "transforms is no list")
    }
    return try list.map { (item) throws(Rejection) in
      guard let id = item.string else {
        throw Rejection(RecipeRules.malformed, "\(item.text()) is no transform's name")
      }
      return try ModelTransforms.named(id).id
    }
  }

  /// Throws R02 where a transform is unknown and R01 where one stands twice.
  public func checkTransforms() throws(Rejection) {
    var seen: Set<String> = []
    for id in transforms {
      guard seen.insert(try ModelTransforms.named(id).id).inserted else {
        throw Rejection(RecipeRules.malformed, "the transform \(id) stands twice")
      }
    }
  }

  private static func small(_ value: JSONValue?) throws(Rejection) -> SmallTensors {
    guard let value else { return .bf16 }
    guard let small = value.string.flatMap(SmallTensors.init) else {
      let words = SmallTensors.allCases.map(\.rawValue).joined(separator: ", ")
      throw Rejection(RecipeRules.malformed, "small is \(value.text()), none of \(words)")
    }
    return small
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

  /// The recipe as a note on what it made: with the transforms that its input had been through, by
  /// the note there.
  public func json(after earlier: JSONValue?) -> JSONValue {
    var whole = self
    whole.transforms = (earlier.map { Self.transforms($0) } ?? []) + transforms
    return whole.json
  }

  /// The recipe as JSON, of the form that it is read from.
  public var json: JSONValue {
    let tensors = entries.map { entry -> JSONValue in
      .object(
        [("match", .string(entry.pattern)), ("method", .string(entry.method))] + entry.options)
    }
    return .object(
      [("tensors", .array(tensors)), ("small", .string(small.rawValue))]
        + (residual.map { [("residual", $0.json)] } ?? [])
        + (transforms.isEmpty ? [] : [("transforms", .array(transforms.map { .string($0) }))]))
  }
}

extension QuantizationRecipe.Residual {
  /// What stands under `residual`: `top` and `rank`, each from 1 on. Throws R01 and R02.
  fileprivate init(_ json: JSONValue) throws(Rejection) {
    guard let members = json.members else {
      throw Rejection(RecipeRules.malformed, "residual has no keys; give top and rank")
    }
    self.init()
    for member in members {
      switch member.key {
      case "top": top = try Self.number(member, in: 1...100_000)
      case "rank": rank = try Self.number(member, in: 1...256)
      default:
        throw Rejection(
          RecipeRules.unknownKey, "\(member.key) for residual, which knows top and rank")
      }
    }
  }

  private static func number(
    _ member: (key: String, value: JSONValue), in range: ClosedRange<Int>
  ) throws(Rejection) -> Int {
    guard let number = member.value.integer, range.contains(number) else {
      throw Rejection(
        RecipeRules.malformed,
        "residual: \(member.key) is \(member.value.text()), not a whole number from "
          + "\(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  fileprivate var json: JSONValue { ["top": .integer(top), "rank": .integer(rank)] }
}

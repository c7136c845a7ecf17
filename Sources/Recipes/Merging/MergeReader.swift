internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import Merging
internal import TensorCore
internal import YAML

/// Reads parts of a merge recipe; every error names line and key.
struct MergeReader {
  let node: YAMLNode
  private let what: String

  init(_ node: YAMLNode, _ what: String) { (self.node, self.what) = (node, what) }

  /// Throws M01 for what is no mapping, and M02 for keys that are not among some.
  func allow(_ keys: [String]) throws(Rejection) {
    guard let members = node.members else { throw malformed("\(what) is no mapping") }
    for member in members where !keys.contains(member.key) {
      throw Rejection(
        MergeRules.unknownKey,
        "line \(member.line): \(member.key) in \(what)"
          + Self.suggestion(member.key, keys))
    }
  }

  /// The value of a key; throws M01 where it is missing.
  func need(_ key: String) throws(Rejection) -> YAMLNode {
    guard let value = node[key], !value.isNull else { throw malformed("\(what) has no \(key)") }
    return value
  }

  func malformed(_ message: String) -> Rejection {
    Rejection(MergeRules.malformed, "line \(node.line): \(message)")
  }

  func unknown(
    _ what: String, nearest word: String, _ words: [String], at node: YAMLNode?
  ) -> Rejection {
    Rejection(
      MergeRules.unknownKey,
      "line \(node?.line ?? self.node.line): \(what) is unknown" + Self.suggestion(word, words))
  }

  /// Throws M07 where a key has a value.
  func refuse(_ key: String, _ reason: String) throws(Rejection) {
    guard let member = node.members?.first(where: { $0.key == key }), !member.value.isNull else {
      return
    }
    throw Rejection(MergeRules.unsupported, "line \(member.line): \(key): \(reason)")
  }

  /// A text; throws M01.
  func text(_ key: String, of node: YAMLNode) throws(Rejection) -> String {
    guard let text = node.text, !text.isEmpty else {
      throw Rejection(MergeRules.malformed, "line \(node.line): \(key) is no text")
    }
    return text
  }

  /// A list that is not empty; throws M01.
  func list(_ key: String, _ node: YAMLNode) throws(Rejection) -> [YAMLNode] {
    guard let elements = node.elements, !elements.isEmpty else {
      throw Rejection(
        MergeRules.malformed, "line \(node.line): \(key) is no list, or an empty one")
    }
    return elements
  }

  /// `[first, end]`; nil where there is none. Throws M01.
  func range(_ key: String) throws(Rejection) -> Range<Int>? {
    guard let node = node[key], !node.isNull else { return nil }
    let numbers = (node.elements ?? []).compactMap { node -> Int? in
      if case .integer(let number) = node.scalar { number } else { nil }
    }
    guard node.elements?.count == 2, numbers.count == 2, numbers[0] >= 0, numbers[0] < numbers[1]
    else {
      throw Rejection(
        MergeRules.malformed, "line \(node.line): \(key) is no pair of a first layer and an end")
    }
    return numbers[0]..<numbers[1]
  }

  /// A whole number above zero; nil where there is none. Throws M03.
  func count(_ key: String) throws(Rejection) -> Int? {
    guard let node = node[key], !node.isNull else { return nil }
    guard let scalar = node.scalar, case .integer(let count)? = MergeValue(scalar, as: .integer),
      count > 0
    else {
      throw Rejection(
        MergeRules.parameter, "line \(node.line): \(key) is no whole number above zero")
    }
    return count
  }

  /// A type by torch's name; nil where there is none. Throws M01.
  func dtype(_ key: String) throws(Rejection) -> DType? {
    guard let node = node[key], !node.isNull else { return nil }
    let name = node.text.map { $0.hasPrefix("torch.") ? String($0.dropFirst(6)) : $0 }
    guard
      let dtype = [.f64, .f32, .bf16, .f16].first(where: { (type: DType) in
        type.torchName == name
      })
    else {
      throw Rejection(
        MergeRules.malformed,
        "line \(node.line): \(key) is none of float64, float32, bfloat16 and float16")
    }
    return dtype
  }

  /// `, did you mean X?`, or nothing.
  private static func suggestion(_ word: String, _ words: [String]) -> String {
    guard let nearest = NearestName.to(word, among: words) else {
      return "; there are " + words.joined(separator: ", ")
    }
    return "; did you mean \(nearest)?"
  }

  /// The model of a key; nil where there is none. Throws M01, M02 and M07.
  func model(_ key: String) throws(Rejection) -> ModelReference? {
    guard let node = node[key], !node.isNull else { return nil }
    return try Self.model(node, key: key)
  }

  /// A model: a text, or a mapping as mergekit writes it. Throws M01, M02 and M07.
  static func model(_ node: YAMLNode, key: String) throws(Rejection) -> ModelReference {
    guard node.members != nil else {
      guard let text = node.text, !text.isEmpty, !node.isNull else {
        throw Rejection(MergeRules.malformed, "line \(node.line): \(key) is no model")
      }
      return try reference(text, line: node.line)
    }
    let reader = MergeReader(node, key)
    try reader.allow(["model", "lora", "override_architecture"])
    try reader.refuse("override_architecture", "architectures are told by the tensors")
    let weights = try location(try reader.need("model"), key: "model")
    let adapter = try node["lora"].flatMap { (node) throws(Rejection) in
      node.isNull ? nil : try location(node, key: "lora")
    }
    return ModelReference(weights, adapter: adapter)
  }

  /// A path, or a mapping of path and revision. Throws M01 and M02.
  private static func location(
    _ node: YAMLNode, key: String
  ) throws(Rejection) -> ModelReference.Location {
    let reader = MergeReader(node, key)
    guard node.members != nil else {
      return try location(try reader.text(key, of: node), line: node.line)
    }
    try reader.allow(["path", "revision"])
    let revision = try node["revision"].flatMap { (node) throws(Rejection) in
      node.isNull ? nil : try reader.text("revision", of: node)
    }
    return .init(path: try reader.text("path", of: try reader.need("path")), revision: revision)
  }

  private static func reference(_ text: String, line: Int) throws(Rejection) -> ModelReference {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, !parts.contains("") else {
      throw Rejection(MergeRules.malformed, "line \(line): \(text) is no MODEL+ADAPTER")
    }
    let places = try parts.map { (part) throws(Rejection) in try location(part, line: line) }
    return ModelReference(places[0], adapter: places.count > 1 ? places[1] : nil)
  }

  private static func location(
    _ text: String, line: Int
  ) throws(Rejection) -> ModelReference.Location {
    // A Hub's address has a revision of its own.
    guard !text.hasPrefix("hf://"), let at = text.lastIndex(of: "@") else {
      return .init(path: text)
    }
    let revision = String(text[text.index(after: at)...])
    guard at != text.startIndex, !revision.isEmpty else {
      throw Rejection(MergeRules.malformed, "line \(line): \(text) is no PATH@REVISION")
    }
    return .init(path: String(text[..<at]), revision: revision)
  }

  /// Settings by their keys; throws M02 and M03.
  static func parameters(
    _ node: YAMLNode?, _ method: any MergeMethod
  ) throws(Rejection) -> [String: MergeSetting] {
    guard let node, !node.isNull else { return [:] }
    guard let members = node.members else {
      throw Rejection(MergeRules.malformed, "line \(node.line): parameters is no mapping")
    }
    var settings: [String: MergeSetting] = [:]
    for member in members {
      guard let parameter = method.parameters.first(where: { $0.key == member.key }) else {
        throw Rejection(
          MergeRules.unknownKey,
          "line \(member.line): \(member.key) is no parameter of \(method.id)"
            + suggestion(member.key, method.parameters.map(\.key)))
      }
      let parts = try parts(member.value, parameter)
      settings[member.key] = MergeSetting(parts: parts, line: member.line)
    }
    return settings
  }

  /// A number, a gradient, a value with a filter, or a list of these.
  private static func parts(
    _ node: YAMLNode, _ parameter: MergeParameter
  ) throws(Rejection) -> [MergeSetting.Part] {
    if node.members != nil { return [try conditional(node, parameter)] }
    if let elements = node.elements, elements.contains(where: { $0.members != nil }) {
      return try elements.map { (node) throws(Rejection) in try conditional(node, parameter) }
    }
    return [try part(node, parameter, filter: nil)]
  }

  private static func conditional(
    _ node: YAMLNode, _ parameter: MergeParameter
  ) throws(Rejection) -> MergeSetting.Part {
    let reader = MergeReader(node, parameter.key)
    try reader.allow(["value", "filter"])
    guard let value = node["value"] else { throw reader.malformed("\(parameter.key) has no value") }
    var filter: String?
    if let given = node["filter"], !given.isNull {
      guard let text = given.text else { throw reader.malformed("filter is no text") }
      filter = text == "*" || text.isEmpty ? nil : text
    }
    return try part(value, parameter, filter: filter)
  }

  private static func part(
    _ node: YAMLNode, _ parameter: MergeParameter, filter: String?
  ) throws(Rejection) -> MergeSetting.Part {
    guard let elements = node.elements else {
      return MergeSetting.Part(
        filter: filter, anchors: node.isNull ? [] : [try value(node, parameter)],
        isGradient: false)
    }
    return MergeSetting.Part(
      filter: filter,
      anchors: try elements.map { (node) throws(Rejection) in try value(node, parameter) },
      isGradient: true)
  }

  /// A value of the parameter's type.
  private static func value(
    _ node: YAMLNode, _ parameter: MergeParameter
  ) throws(Rejection) -> MergeValue {
    guard let scalar = node.scalar, let value = MergeValue(scalar, as: parameter.kind) else {
      throw Rejection(
        MergeRules.parameter,
        "line \(node.line): \(parameter.key) is \(node.json.text()), no \(parameter.kind.rawValue)")
    }
    return value
  }
}

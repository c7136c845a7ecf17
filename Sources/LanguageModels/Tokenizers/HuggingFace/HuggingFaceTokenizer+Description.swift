public import Diagnostics
internal import JSON

extension HuggingFaceTokenizer {
  /// Reads the content of a tokenizer.json; throws K07 to K09.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    let root = try Self.document(bytes)
    normalizers = try Self.normalizers(root)
    let cutting = try root.optional("pre_tokenizer")?.steps("pretokenizers") ?? []
    preTokenizers = try Self.preTokenizers(cutting)
    let isByteLevel = try cutting.last?.required("type").text() == "ByteLevel"
    decoders = try Self.decoders(root)
    model = try BytePairModel(root.required("model"), isByteLevel: isByteLevel)
    let list = try Self.addedTokens(root, model)
    added = Dictionary(list.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    (rawTokens, normalizedTokens) = try Self.searches(list, normalizers)
    byteCounts = Self.byteCounts(model, list)
    template = try Self.template(root, vocabularySize: byteCounts.vocabularySize)
  }

  /// The longest added token that is read, which bounds the cost of looking for them.
  private static let maximumAddedByteCount = 1024

  private static func document(_ bytes: RawSpan) throws(Rejection) -> DescriptionNode {
    guard bytes.byteCount <= 1 << 30 else {
      throw Rejection(LanguageModelRules.unsupportedStep, "a file of \(bytes.byteCount) bytes")
    }
    let rule = LanguageModelRules.damagedDescription
    return DescriptionNode(value: try JSONValue(parsing: bytes, orRefuse: rule), path: "")
  }

  private static func normalizers(_ root: DescriptionNode) throws(Rejection) -> [NormalizerStep] {
    var steps: [NormalizerStep] = []
    for node in try root.optional("normalizer")?.steps("normalizers") ?? [] {
      steps.append(try node.normalizerStep())
    }
    return steps
  }

  private static func preTokenizers(
    _ nodes: [DescriptionNode]
  ) throws(Rejection) -> [PreTokenizerStep] {
    var steps: [PreTokenizerStep] = []
    for (index, node) in nodes.enumerated() {
      if try node.required("type").text() == "ByteLevel", index < nodes.count - 1 {
        throw node.unsupported("a step after the byte alphabet")
      }
      steps += try node.preTokenizerSteps()
    }
    return steps
  }

  private static func decoders(_ root: DescriptionNode) throws(Rejection) -> [DecoderStep]? {
    guard let node = root.optional("decoder") else { return nil }
    var steps: [DecoderStep] = []
    for node in try node.steps("decoders") { steps.append(try node.decoderStep()) }
    return steps
  }

  private static func addedTokens(
    _ root: DescriptionNode, _ model: BytePairModel
  ) throws(Rejection) -> [AddedToken] {
    let nodes = try root.optional("added_tokens")?.elements() ?? []
    let limit = model.tokens.count + nodes.count * 2 + 65_536
    var tokens: [AddedToken] = []
    for node in nodes {
      let id = try node.required("id").count()
      let content = Array(try node.required("content").text().utf8)
      let known = model.tokens.indices.contains(id) ? model.tokens[id] : nil
      guard id < limit, known == nil || known == content else {
        throw Rejection(
          LanguageModelRules.contradictoryVocabulary,
          "\(node.path): the id \(id) is another token's or too large")
      }
      guard content.count <= maximumAddedByteCount else {
        throw node.unsupported("a token of \(content.count) bytes")
      }
      let isSpecial = try node.flag("special")
      tokens.append(
        AddedToken(
          id: Int32(id), content: content, isSpecial: isSpecial,
          isNormalized: try node.flag("normalized", !isSpecial),
          stripsLeft: try node.flag("lstrip"), stripsRight: try node.flag("rstrip"),
          isSingleWord: try node.flag("single_word")))
    }
    return tokens
  }

  private static func searches(
    _ tokens: [AddedToken], _ normalizers: [NormalizerStep]
  ) throws(Rejection) -> (raw: AddedTokens, normalized: AddedTokens) {
    var raw = AddedTokens()
    var normalized = AddedTokens()
    for token in tokens {
      if token.isNormalized {
        let limit = maximumAddedByteCount * 4
        let pattern = try normalizers.apply(to: token.content, limit: limit)
        normalized.insert(token, pattern: pattern)
      } else {
        raw.insert(token, pattern: token.content)
      }
    }
    return (raw, normalized)
  }

  private static func byteCounts(_ model: BytePairModel, _ added: [AddedToken]) -> TokenByteCounts {
    let highest = added.map { Int($0.id) }.max() ?? -1
    var counts = TokenByteCounts(vocabularySize: max(model.tokens.count, highest + 1))
    let special = Set(added.lazy.filter(\.isSpecial).map(\.id))
    for (id, token) in model.tokens.enumerated() where !special.contains(Int32(id)) {
      guard let token, Int32(id) != model.fallback.unknown else { continue }
      if model.isByteLevel {
        let bytes = ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self))
        counts.set(id, byteCount: (bytes ?? token).count)
      } else if model.fallback.bytes.contains(Int32(id)) {
        counts.set(id, byteCount: 1)
      } else {
        counts.set(id, piece: token)
      }
    }
    for token in added where !token.isSpecial {
      counts.set(Int(token.id), byteCount: token.content.count)
    }
    return counts
  }
}
